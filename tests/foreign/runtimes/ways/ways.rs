// SPDX-License-Identifier: MIT
//! Ends in the way that its first argument names.
use std::os::unix::process::CommandExt;
use std::process::{abort, exit, Command, ExitCode};
use std::{env, thread};

fn child(command: &mut Command) {
    match command.status() {
        Ok(status) => println!("{:?}", status.code()),
        Err(error) => println!("{:?}", error.kind()),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().collect();

    match args[1].as_str() {
        "exit" => exit(args[2].parse().unwrap()),
        "return" => return ExitCode::from(5),
        "panic" => panic!("last words"),
        "panic-thread" => {
            println!("{}", thread::spawn(|| panic!("there")).join().is_err());
            exit(3)
        }
        "abort" => abort(),
        "thread-exit" => thread::spawn(|| exit(7)).join().unwrap(),
        "child" => {
            child(Command::new("sh").args(["-c", "exit 5"]));
            child(Command::new(&args[0]).args(["exit", "6"]));
            child(&mut Command::new("/no/such/program"));
            child(unsafe { Command::new("true").pre_exec(|| Ok(())) });
            exit(2)
        }
        "exec" => {
            let error = Command::new("sh").args(["-c", "exit 8"]).exec();
            panic!("{}", error)
        }
        _ => exit(99),
    }
    ExitCode::SUCCESS
}
