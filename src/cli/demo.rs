//! demo
use clap::Args;
/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Options {
    /// Папка для файлов примера
    #[arg(long, value_name = "ПАПКА")]
    dir: Option<std::path::PathBuf>,
    /// Не удалять файлы примера
    #[arg(long)]
    keep: bool,
}
/// demo
pub fn demo(options: &Options) -> super::Ending { let _ = (&options.dir, options.keep); Ok(std::process::ExitCode::SUCCESS) }
