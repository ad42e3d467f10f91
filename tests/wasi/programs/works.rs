// Arguments, environment, files, clocks and a panic-free end, by Rust's std.
use std::io::{BufRead, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io, thread};

fn files(folder: &str) -> io::Result<String> {
    let path = format!("{folder}/notes.txt");
    fs::write(&path, "one\ntwo\n")?;
    let mut file = fs::OpenOptions::new().read(true).append(true).open(&path)?;
    file.write_all(b"three\n")?;
    file.seek(SeekFrom::Start(4))?;
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    fs::create_dir_all(format!("{folder}/a/b"))?;
    fs::rename(&path, format!("{folder}/a/b/moved.txt"))?;
    let mut names: Vec<_> = fs::read_dir(format!("{folder}/a/b"))?
        .map(|entry| entry.map(|entry| entry.file_name().into_string().unwrap()))
        .collect::<io::Result<_>>()?;
    names.sort();
    let size = fs::metadata(format!("{folder}/a/b/moved.txt"))?.len();
    fs::remove_dir_all(format!("{folder}/a"))?;
    Ok(format!("{} {:?} {}", rest.replace('\n', ","), names, size))
}

fn main() {
    println!("arguments: {:?}", env::args().skip(1).collect::<Vec<_>>());
    println!("environment: {:?}", env::vars().collect::<Vec<_>>());
    println!("input: {:?}", io::stdin().lock().lines().next().map(Result::unwrap));
    if let Some(folder) = env::args().nth(1) {
        println!("files: {}", files(&folder).unwrap());
        println!("missing: {:?}", fs::read(format!("{folder}/nothing")).unwrap_err().kind());
    }
    let start = Instant::now();
    thread::sleep(Duration::from_millis(2));
    println!("clocks: {}", start.elapsed() >= Duration::from_millis(2) && SystemTime::now() > SystemTime::UNIX_EPOCH);
    // A hash map's seed is random.
    println!("map: {}", std::collections::HashMap::from([(1, 2)])[&1]);
    std::process::exit(42);
}
