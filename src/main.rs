//! The program `dezhurny`; see the library for the map.

fn main() -> std::process::ExitCode {
    dezhurny::cli::main()
}
