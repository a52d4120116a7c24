//! guard of the house, to come
