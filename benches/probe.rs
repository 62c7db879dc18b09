//! How many round trips a whole probe takes: loopback with 50 ms added between asking and answer.
//!
//! `cargo bench --bench probe` puts a small HTTPS site and its plain counterpart behind a line that is
//! as slow as a distant host, runs `prodcheck probe` as a cold process, and prints the wall time and how
//! many round trips that is. The peers are asked beside it where the environment names them: `SSLYZE`, the
//! program, and `OBSERVATORY_PEER`, the folder of the scanner, which `tests/observatory/run` tells what it runs.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panic and prints what it measures"
)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

const RUNS: usize = 5;
const ROUND_TRIP: Duration = Duration::from_millis(50);
const HOST: &str = "site.test";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let authority = Authority::new();
    let (https, http) = runtime.block_on(async {
        let acceptor = authority.acceptor();
        let site = listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer(stream, "200 OK").await;
                }
            }
        });
        let plain = listen(|stream| answer(stream, "301 Moved Permanently"));
        let (site, plain) = (site.await, plain.await);
        (slowed(site).await, slowed(plain).await)
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.certificate.as_bytes()).unwrap();
    for (name, flags) in WAYS {
        tell(name, || probed(https, http, file.path(), flags));
    }
    if let Some(program) = std::env::var_os("SSLYZE") {
        tell("sslyze", || {
            timed(Command::new(&program).arg(https.to_string()).args(["--sni", HOST]))
        });
    }
    if let Some(folder) = std::env::var_os("OBSERVATORY_PEER") {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/observatory/peer.mjs");
        let site =
            serde_json::json!({ "host": HOST, "plain": http.port(), "secure": https.port() });
        let sites = serde_json::json!({ "sites": [site] });
        let mut input = tempfile::NamedTempFile::new().unwrap();
        write!(input, "{sites}").unwrap();
        tell("the Observatory", || {
            let input = std::fs::File::open(input.path()).unwrap();
            let trusted = ("NODE_EXTRA_CA_CERTS", file.path());
            timed(
                Command::new("node")
                    .arg(script)
                    .arg(&folder)
                    .env(trusted.0, trusted.1)
                    .stdin(input),
            )
        });
    }
}

/// Prints the median of several runs.
fn tell(name: &str, run: impl Fn() -> Duration) {
    let mut walls: Vec<Duration> = (0..RUNS).map(|_| run()).collect();
    walls.sort();
    let median = walls.get(RUNS / 2).copied().unwrap_or_default();
    println!(
        "{name}: {:.0} ms, {:.1} round trips of {} ms",
        median.as_secs_f64() * 1000.0,
        median.as_secs_f64() / ROUND_TRIP.as_secs_f64(),
        ROUND_TRIP.as_millis()
    );
}

/// How long a peer takes, whatever it makes of the site.
fn timed(command: &mut Command) -> Duration {
    let start = Instant::now();
    let output = command.output().unwrap();
    let took = start.elapsed();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(!told.is_empty() && !told.contains("\"error\""), "{command:?}: {told}");
    took
}

/// How much is asked, and the flags that say so.
const WAYS: [(&str, &[&str]); 3] = [
    ("everything", &[]),
    ("without the search for versions and suites", &["--quick"]),
    ("what a browser would send", &["--passive"]),
];

/// One cold process; how long it took.
fn probed(
    https: SocketAddr,
    http: SocketAddr,
    authority: &std::path::Path,
    flags: &[&str],
) -> Duration {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .arg("probe")
        .arg(format!("https://{HOST}:{}/", https.port()))
        .arg("--http-url")
        .arg(format!("http://{HOST}:{}/", http.port()))
        .arg("--resolve")
        .arg(format!("{HOST}:{}:127.0.0.1", https.port()))
        .arg("--resolve")
        .arg(format!("{HOST}:{}:127.0.0.1", http.port()))
        .arg("--ca-file")
        .arg(authority)
        .args(flags)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
    start.elapsed()
}

/// A certificate for the host, signed by itself and therefore its own authority.
struct Authority {
    certificate: String,
    signed: rcgen::CertifiedKey<rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let signed = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
        Self { certificate: signed.cert.pem(), signed }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = PrivatePkcs8KeyDer::from(self.signed.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.signed.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Serves every connection to a new port.
async fn listen<S>(serve: impl Fn(TcpStream) -> S + Send + 'static) -> SocketAddr
where
    S: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Answers every request of a connection with the same small page.
async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send, status: &'static str) {
    let body = "<!doctype html><link rel=stylesheet href=/site.css>";
    let answer = format!(
        "HTTP/1.1 {status}\r\nLocation: https://{HOST}/\r\nContent-Type: text/html\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        match stream.read_line(&mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) if line == "\r\n" => {
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
                let _ = stream.flush().await;
            }
            Ok(_) => {}
        }
    }
}

/// A line to an address that is as long as half a round trip in each direction.
async fn slowed(to: SocketAddr) -> SocketAddr {
    listen(move |near| async move {
        // The answer to a connection request takes a round trip, too.
        tokio::time::sleep(ROUND_TRIP).await;
        let Ok(far) = TcpStream::connect(to).await else { return };
        let _ = far.set_nodelay(true);
        let (near_in, near_out) = near.into_split();
        let (far_in, far_out) = far.into_split();
        tokio::join!(carry(near_in, far_out), carry(far_in, near_out));
    })
    .await
}

/// Carries bytes, each as late as all others.
async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async move {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            let piece = buffer.get(..count).unwrap_or_default().to_vec();
            if sender.send((Instant::now() + ROUND_TRIP / 2, piece)).is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, piece)) = receiver.recv().await {
            tokio::time::sleep_until(due.into()).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}
