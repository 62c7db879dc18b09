//! What a fleet costs: 2,000 local HTTPS sites, beside the floor of one handshake and one request each, and
//! beside the bare connections that a probe makes.
//!
//! `cargo bench --bench fleet` runs four programs one after the other, the sites in a fifth: the floor, a
//! fleet of 200 sites, one of 2,000, and a bare client that makes as many connections, greetings, handshakes
//! and requests as that, and looks at nothing. It prints sites per second, the processor time per site of
//! the client alone, what it asked, the most memory that it held, and how many times the bare client's
//! processor time the fleet takes.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark fails by panic and prints what it measures"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SITES: usize = 2000;
const AT_ONCE: usize = 32;

fn main() {
    match std::env::var("FLEET_BENCH").as_deref() {
        Ok("sites") => sites(),
        Ok("floor") => bare(&Asked { greetings: 0, handshakes: SITES, requests: SITES }),
        Ok("bare") => bare(&Asked::given()),
        _ => measured(),
    }
}

fn measured() {
    let client = |name: &'static str, role: &str, asked: &Asked| {
        let (server, https, _) = Server::start();
        let mut command = itself(role, &[("HTTPS", https)]);
        command.envs(asked.told());
        (name, SITES, Cost::of(command), server.stop())
    };
    let fleet = |number: usize| {
        let (server, https, http) = Server::start();
        let mut list = tempfile::NamedTempFile::new().unwrap();
        list.write_all(targets(number, https, http).as_bytes()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_prodcheck"));
        command.arg("probe").arg("--targets").arg(list.path()).args(["--format", "jsonl"]);
        ("a fleet", number, Cost::of(command), server.stop())
    };
    let floor = client("the floor", "floor", &Asked::default());
    let (small, large) = (fleet(SITES / 10), fleet(SITES));
    let same = client("as much, barely,", "bare", &large.3);
    let ratio = large.2.processor.as_secs_f64() / same.2.processor.as_secs_f64();
    for (name, number, cost, asked) in [floor, small, large, same] {
        #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
        let each = |count: usize| count as f64 / number as f64;
        println!(
            "{name} of {number}: {:.0} sites/s, {:.2} ms of processor a site, {:.1} greetings, {:.1} \
             handshakes and {:.1} requests a site, {} MB at most",
            1.0 / (cost.wall.as_secs_f64() * each(1)),
            cost.processor.as_secs_f64() * each(1000),
            each(asked.greetings),
            each(asked.handshakes),
            each(asked.requests),
            cost.memory_kilobytes / 1024
        );
    }
    println!("the fleet takes {ratio:.1} times the processor of the bare client");
}

/// What was asked of all sites.
#[derive(Default)]
struct Asked {
    /// Connections that came to no handshake, those in plain HTTP among them.
    greetings: usize,
    handshakes: usize,
    requests: usize,
}

impl Asked {
    fn told(&self) -> [(&'static str, String); 3] {
        let numbers = [self.greetings, self.handshakes, self.requests];
        let [greetings, handshakes, requests] = numbers.map(|number| number.to_string());
        [("GREETINGS", greetings), ("HANDSHAKES", handshakes), ("REQUESTS", requests)]
    }

    fn given() -> Self {
        let number = |name: &str| std::env::var(name).unwrap().parse().unwrap();
        let (greetings, handshakes) = (number("GREETINGS"), number("HANDSHAKES"));
        Self { greetings, handshakes, requests: number("REQUESTS") }
    }

    /// The part of one site: the same for all, and one more for the first of them where it does not come
    /// out even.
    fn of_site(&self, site: usize) -> Self {
        let part = |all: usize| all / SITES + usize::from(site < all % SITES);
        let (greetings, handshakes) = (part(self.greetings), part(self.handshakes));
        Self { greetings, handshakes, requests: part(self.requests) }
    }
}

/// A site a line, each of a host of its own.
fn targets(number: usize, https: u16, http: u16) -> String {
    (0..number).fold(String::new(), |mut list, site| {
        let host = format!("127.1.{}.{}", site / 250, site % 250 + 1);
        let _ = writeln!(list, "https://{host}:{https}/ http://{host}:{http}/");
        list
    })
}

/// This program in another role.
fn itself(role: &str, given: &[(&str, u16)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("FLEET_BENCH", role);
    command.envs(given.iter().map(|(name, value)| (*name, value.to_string())));
    command
}

/// What a program took.
struct Cost {
    wall: Duration,
    processor: Duration,
    memory_kilobytes: u64,
}

impl Cost {
    fn of(mut command: Command) -> Self {
        let (begun, before) = (Instant::now(), processor_of_children());
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let mut memory_kilobytes = 0;
        let status = loop {
            memory_kilobytes = memory_kilobytes.max(most_memory(child.id()));
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(matches!(status.code(), Some(0 | 1)), "{status}");
        Self {
            wall: begun.elapsed(),
            processor: processor_of_children().saturating_sub(before),
            memory_kilobytes,
        }
    }
}

/// User and system time of the children that have ended, in hundredths of a second (proc(5)).
fn processor_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let times = fields.split_whitespace().skip(13).take(2);
    let ticks: u64 = times.map(|time| time.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// The most that a program has held so far.
fn most_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.unwrap_or_default().split_whitespace().next();
    words.and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or_default()
}

/// The sites, in a program of their own.
struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> (Self, u16, u16) {
        let mut command = itself("sites", &[]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the sites");
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut server = Self { child, input, output: BufReader::new(output) };
        let [https, http, _] = server.numbers();
        (server, u16::try_from(https).unwrap(), u16::try_from(http).unwrap())
    }

    /// What there was.
    fn stop(mut self) -> Asked {
        self.input.write_all(b"\n").unwrap();
        let [connections, handshakes, requests] = self.numbers();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        Asked { greetings: connections - handshakes, handshakes, requests }
    }

    fn numbers(&mut self) -> [usize; 3] {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let numbers: Vec<usize> =
            line.split_whitespace().map(|word| word.parse().unwrap()).collect();
        numbers.try_into().unwrap()
    }
}

static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);
static HANDSHAKES: AtomicUsize = AtomicUsize::new(0);
static REQUESTS: AtomicUsize = AtomicUsize::new(0);

/// Serves one site at every address of the machine, and tells at the end what was asked.
fn sites() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let signed = rcgen::generate_simple_self_signed(["site.test".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let https = runtime.block_on(listen(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                HANDSHAKES.fetch_add(1, Ordering::SeqCst);
                answer(stream).await;
            }
        }
    }));
    let http = runtime.block_on(listen(answer));
    println!("{https} {http} 0");
    let _ = std::io::stdin().read(&mut [0]);
    let [connections, handshakes, requests] =
        [&CONNECTIONS, &HANDSHAKES, &REQUESTS].map(|count| count.load(Ordering::SeqCst));
    println!("{connections} {handshakes} {requests}");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

async fn listen<S>(serve: impl Fn(TcpStream) -> S + Send + 'static) -> u16
where
    S: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            CONNECTIONS.fetch_add(1, Ordering::SeqCst);
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream));
        }
    });
    port
}

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\
                    Strict-Transport-Security: max-age=31536000\r\nContent-Length: 15\r\n\r\n\
                    <!doctype html>";

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
    let mut stream = tokio::io::BufReader::new(stream);
    let mut line = String::new();
    while let Ok(1..) = stream.read_line(&mut line).await {
        if line == "\r\n" {
            REQUESTS.fetch_add(1, Ordering::SeqCst);
            if stream.write_all(PAGE.as_bytes()).await.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
        line.clear();
    }
}

/// Asks each site for its part, and looks at no answer.
fn bare(all: &Asked) {
    let https: u16 = std::env::var("HTTPS").unwrap().parse().unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let config = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Blind { provider }))
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    runtime.unwrap().block_on(async {
        let seats = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
        let mut asking = tokio::task::JoinSet::new();
        for (site, target) in targets(SITES, https, 0).lines().enumerate() {
            let host = target.trim_start_matches("https://").split(':').next().unwrap().to_owned();
            let (connector, seats, share) = (connector.clone(), seats.clone(), all.of_site(site));
            asking.spawn(async move {
                let _seat = seats.acquire().await.unwrap();
                ask(&host, https, &connector, &share).await;
            });
        }
        while let Some(asked) = asking.join_next().await {
            asked.unwrap();
        }
    });
}

async fn ask(host: &str, port: u16, connector: &tokio_rustls::TlsConnector, share: &Asked) {
    let mut answer = [0; 4096];
    for _ in 0..share.greetings {
        let mut stream = TcpStream::connect((host, port)).await.unwrap();
        stream.write_all(GREETING).await.unwrap();
        let _ = stream.read(&mut answer).await;
    }
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let mut left = share.requests;
    for connection in (1..=share.handshakes).rev() {
        let name = rustls::pki_types::ServerName::try_from(host.to_owned()).unwrap();
        let stream = TcpStream::connect((host, port)).await.unwrap();
        let mut stream = connector.connect(name, stream).await.unwrap();
        let own = left.div_ceil(connection);
        for _ in 0..own {
            stream.write_all(request.as_bytes()).await.unwrap();
            assert!(stream.read(&mut answer).await.unwrap() > 0);
        }
        left -= own;
    }
}

/// A greeting in SSL 3.0, which the server refuses with an alert.
const GREETING: &[u8] = &[
    22, 3, 0, 0, 45, 1, 0, 0, 41, 3, 0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 2, 0, 47, 1, 0,
];

/// Looks at no certificate, but does check that the server has its key.
#[derive(Debug)]
struct Blind {
    provider: Arc<rustls::crypto::CryptoProvider>,
}

impl rustls::client::danger::ServerCertVerifier for Blind {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &rustls::pki_types::CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, leaf, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &rustls::pki_types::CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, leaf, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
