//! Letters as people's programs write them, read by the library: charsets, clients, robots, damage.

mod charsets;
mod damage;
mod fixtures;
mod passed;
mod round;
