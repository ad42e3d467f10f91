// Serves two connections on the socket that was handed over as descriptor 3, by Rust's std.
#![feature(wasi_ext)]
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::wasi::io::FromRawFd;

fn main() -> std::io::Result<()> {
    let listener = unsafe { TcpListener::from_raw_fd(3) };
    listener.set_nonblocking(true)?;
    println!("nobody yet: {:?}", listener.accept().err().map(|error| error.kind()));
    listener.set_nonblocking(false)?;
    for _ in 0..2 {
        let (mut stream, _) = listener.accept()?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        stream.write_all(text.to_uppercase().as_bytes())?;
    }
    println!("file: {}", std::fs::read_to_string("/data/file")?);
    Ok(())
}
