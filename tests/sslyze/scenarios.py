"""Writes keys, certificates, nginx.conf and scenarios.json into a folder: a TLS server for each scenario."""

import datetime
import ipaddress
import itertools
import json
import random
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

HOST = "shop.test"
FIRST_PORT = 21000
VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)

work = Path(sys.argv[1])


def rsa_key(bits):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


class Issuer:
    """An authority: its key and its certificate."""

    def __init__(self, common, key, parent=None, days=(-400, 3650), path=None, permitted=()):
        self.key, self.name = key, name(common)
        by = parent or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(by.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + days[0] * DAY)
            .not_valid_after(NOW + days[1] * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
            )
            .add_extension(
                x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True
            )
        )
        if permitted:
            names = x509.NameConstraints([x509.DNSName(one) for one in permitted], None)
            builder = builder.add_extension(names, critical=True)
        self.certificate = builder.sign(by.key, hashes.SHA256())


ROOT = Issuer("Test root", rsa_key(2048))
EC_ROOT = Issuer("Test root of curves", ec.generate_private_key(ec.SECP256R1()))
MIDDLE = Issuer("Test intermediate", rsa_key(2048), ROOT)
OLD_MIDDLE = Issuer("Test intermediate, expired", rsa_key(2048), ROOT, days=(-300, -10))
STRANGER = Issuer("Nobody's root", rsa_key(2048))
LAST = Issuer("Test intermediate, the last", rsa_key(2048), ROOT, path=0)
BEYOND = Issuer("Test intermediate, beyond the last", rsa_key(2048), LAST)
NARROW = Issuer("Test intermediate for other.test", rsa_key(2048), ROOT, permitted=["other.test"])
SERVERS = x509.oid.ExtendedKeyUsageOID.SERVER_AUTH
CLIENTS = x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH


def leaf(key, issuer=ROOT, hash_=hashes.SHA256(), days=(-1, 60), names=(HOST,), staple=False, use=SERVERS):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(names[0] if names and isinstance(names[0], str) else HOST))
        .issuer_name(issuer.name if issuer else name(names[0]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + days[0] * DAY)
        .not_valid_after(NOW + days[1] * DAY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    )
    signer = issuer.key if issuer else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    if names:
        alternatives = [x509.DNSName(one) if isinstance(one, str) else one for one in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    if staple:
        builder = builder.add_extension(
            x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False
        )
    return builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hash_)


PEM = serialization.Encoding.PEM
files = itertools.count()


def saved(key, chain):
    """The two files of a certificate, the chain as it is to be sent."""
    number = next(files)
    key_file, chain_file = work / f"{number}.key", work / f"{number}.pem"
    plain = serialization.NoEncryption()
    key_file.write_bytes(
        key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    chain_file.write_bytes(b"".join(one.public_bytes(PEM) for one in chain))
    return key_file, chain_file


def signed_by_openssl(digest):
    """A certificate with a signature that the library refuses to make."""
    key = rsa_key(2048)
    key_file, chain_file = saved(key, [])
    root_key, root = saved(ROOT.key, [ROOT.certificate])
    (work / "san").write_text(f"subjectAltName=DNS:{HOST}\n")
    request = subprocess.run(
        ["openssl", "req", "-new", "-key", key_file, "-subj", f"/CN={HOST}"], check=True, capture_output=True
    )
    subprocess.run(
        ["openssl", "x509", "-req", f"-{digest}", "-CA", root, "-CAkey", root_key, "-CAcreateserial"]
        + ["-days", "60", "-extfile", work / "san", "-out", chain_file],
        input=request.stdout, check=True, capture_output=True,
    )
    return key_file, chain_file


RSA_KEY = rsa_key(2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA = saved(RSA_KEY, [leaf(RSA_KEY)])
EC = saved(EC_KEY, [leaf(EC_KEY, EC_ROOT)])

scenarios = []


def add(title, certificate=RSA, protocols=("TLSv1.2", "TLSv1.3"), **options):
    scenarios.append({"name": title, "certificates": [certificate], "protocols": list(protocols), **options})


def suites(version, of):
    """The suites that the library here knows, by their own names."""
    listed = subprocess.run(
        ["openssl", "ciphers", "-s", f"-{version}", of], check=True, capture_output=True, text=True
    )
    return [one for one in listed.stdout.strip().split(":") if one and not one.startswith("TLS_")]


for count in range(1, 5):
    for chosen in itertools.combinations(VERSIONS, count):
        add("versions " + " ".join(chosen), RSA, chosen, ciphers="ALL:@SECLEVEL=0")
        add("versions on a curve " + " ".join(chosen), EC, chosen, ciphers="ALL:@SECLEVEL=0")

for one in suites("tls1_2", "aRSA:aNULL:!PSK:!SRP:@SECLEVEL=0"):
    add(f"TLS 1.2 with {one}", RSA, ["TLSv1.2"], ciphers=f"{one}:@SECLEVEL=0", dh="ffdhe2048")
for one in suites("tls1_2", "aECDSA:@SECLEVEL=0"):
    add(f"TLS 1.2 with {one}", EC, ["TLSv1.2"], ciphers=f"{one}:@SECLEVEL=0")
for one in suites("tls1", "aRSA:!PSK:!SRP:@SECLEVEL=0"):
    add(f"TLS 1.0 with {one}", RSA, ["TLSv1"], ciphers=f"{one}:@SECLEVEL=0", dh="ffdhe2048")

NEW = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
NEW_RARE = ["TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]
for count in range(1, 4):
    for chosen in itertools.combinations(NEW, count):
        add("TLS 1.3 with " + " ".join(chosen), EC, ["TLSv1.3"], suites13=chosen)
for chosen in [NEW_RARE, NEW + NEW_RARE, NEW_RARE[:1]]:
    add("TLS 1.3 with " + " ".join(chosen), RSA, ["TLSv1.3"], suites13=chosen)

for curve in ["X25519", "X448", "prime256v1", "secp384r1", "secp521r1"]:
    for version in ["TLSv1.2", "TLSv1.3"]:
        add(f"{version} on {curve}", RSA, [version], curves=curve)
for curve in ["brainpoolP256r1", "secp256k1", "secp224r1"]:
    add(f"TLSv1.2 on {curve}", RSA, ["TLSv1.2"], curves=curve, ciphers="ECDHE:@SECLEVEL=0")
for curves in ["X25519:prime256v1", "X25519:prime256v1:secp384r1", "secp521r1:X448", "prime256v1:X25519"]:
    add(f"on {curves}", RSA, curves=curves)

for bits in ["1024", "ffdhe2048", "ffdhe3072"]:
    add(f"prime {bits}", RSA, ["TLSv1.2"], dh=bits, ciphers="DHE+AESGCM:ECDHE+AESGCM:@SECLEVEL=0")

INTERMEDIATE = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305"
)
OLD = INTERMEDIATE + (
    ":ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA:"
    "DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:"
    "AES256-SHA256:AES128-SHA:AES256-SHA:DES-CBC3-SHA"
)
CURVES = "X25519:prime256v1:secp384r1"
add("Mozilla modern", EC, ["TLSv1.3"], curves=CURVES, suites13=NEW)
add("Mozilla intermediate", RSA, ciphers=INTERMEDIATE, curves=CURVES, dh="ffdhe2048", suites13=NEW)
add("Mozilla intermediate on a curve", EC, ciphers=INTERMEDIATE, curves=CURVES, suites13=NEW)
add("Mozilla old", RSA, VERSIONS, ciphers=OLD + ":@SECLEVEL=0", curves=CURVES, dh="ffdhe2048", suites13=NEW, prefer=True)
add("nginx as it comes", RSA)
for of in ["HIGH", "ALL", "eNULL", "aNULL", "kRSA", "ECDHE:!AESGCM", "CHACHA20"]:
    add(f"ciphers {of}", RSA, ["TLSv1.2"], ciphers=f"{of}:@SECLEVEL=0")
add("both kinds of certificate", RSA, VERSIONS, ciphers="ALL:@SECLEVEL=0")
scenarios[-1]["certificates"].append(EC)
add("both kinds of certificate in the server's order", EC, ["TLSv1.2"], ciphers="ECDHE:@SECLEVEL=0", prefer=True)
scenarios[-1]["certificates"].append(RSA)
add("an anonymous prime", RSA, ["TLSv1.2"], ciphers="ADH-AES128-SHA:ECDHE+AESGCM:@SECLEVEL=0", dh="ffdhe2048")

random.seed(7)
usual = [one for one in INTERMEDIATE.split(":") if "ECDSA" not in one] + ["AES128-SHA", "AES256-SHA", "ECDHE-RSA-AES128-SHA"]
for number in range(6):
    order = random.sample(usual, len(usual))
    add(f"order {number}", RSA, ["TLSv1.2"], ciphers=":".join(order), prefer=True, dh="ffdhe2048", order=order)
add("order of the client", RSA, ["TLSv1.2"], ciphers=":".join(usual), prefer=False, dh="ffdhe2048", order=[])


def certificate(title, key, chain=None, **options):
    """A server that is in order but for its certificate."""
    chain = chain or [leaf(key, **options)]
    add(title, saved(key, chain), ciphers=INTERMEDIATE + ":@SECLEVEL=0", curves=CURVES, suites13=NEW)


for bits in [1024, 3072, 4096]:
    certificate(f"RSA of {bits} bits", rsa_key(bits))
for curve in [ec.SECP384R1(), ec.SECP521R1()]:
    certificate(f"a certificate on {curve.name}", ec.generate_private_key(curve))
certificate("Ed25519", ed25519.Ed25519PrivateKey.generate())
for hash_ in [hashes.SHA384(), hashes.SHA512()]:
    certificate(f"signed with {hash_.name}", RSA_KEY, hash_=hash_)
for digest in ["sha1", "md5"]:
    add(f"signed with {digest}", signed_by_openssl(digest), ciphers=INTERMEDIATE + ":@SECLEVEL=0", curves=CURVES, suites13=NEW)
for days in [(-90, -1), (1, 30), (-1, 1), (-1, 89), (-1, 90), (-1, 365), (-1, 366), (-1, 397), (-1, 824)]:
    certificate(f"valid from {days[0]} to {days[1]}", RSA_KEY, days=days)
certificate("signed by itself", RSA_KEY, issuer=None)
certificate("of another host", RSA_KEY, names=("other.test",))
certificate("for a star", RSA_KEY, names=("*.test",))
certificate("without names", RSA_KEY, names=())
certificate("of several hosts", RSA_KEY, names=("www.shop.test", HOST, "*.shop.test"))
certificate("must staple", RSA_KEY, staple=True)
certificate("of nobody", RSA_KEY, issuer=STRANGER)
certificate("a curve signed by RSA", EC_KEY, issuer=ROOT)
certificate("RSA signed by a curve", RSA_KEY, issuer=EC_ROOT)
own = leaf(RSA_KEY, MIDDLE)
certificate("whole chain", RSA_KEY, [own, MIDDLE.certificate])
certificate("whole chain with its root", RSA_KEY, [own, MIDDLE.certificate, ROOT.certificate])
certificate("intermediate missing", RSA_KEY, [own])
certificate("root instead of the intermediate", RSA_KEY, [own, ROOT.certificate])
certificate("in the wrong order", RSA_KEY, [own, ROOT.certificate, MIDDLE.certificate])
certificate("twice the same", RSA_KEY, [own, own, MIDDLE.certificate])
certificate("a stranger in between", RSA_KEY, [own, STRANGER.certificate, MIDDLE.certificate])
certificate("for an address only", RSA_KEY, names=(x509.IPAddress(ipaddress.ip_address("127.0.0.1")),))
certificate("for clients only", RSA_KEY, use=CLIENTS)
certificate("below the last intermediate", RSA_KEY, [leaf(RSA_KEY, LAST), LAST.certificate])
certificate("beyond the last intermediate", RSA_KEY, [leaf(RSA_KEY, BEYOND), BEYOND.certificate, LAST.certificate])
certificate("by an intermediate for others", RSA_KEY, [leaf(RSA_KEY, NARROW), NARROW.certificate])
P384_KEY = ec.generate_private_key(ec.SECP384R1())
P384 = saved(P384_KEY, [leaf(P384_KEY, EC_ROOT)])
add("a curve of 384 bits and a longer one", P384, ["TLSv1.2"], curves="secp521r1:secp384r1")
for version in ["TLSv1.2", "TLSv1.3"]:
    wants = ["ssl_verify_client on", f"ssl_client_certificate {work}/ca.pem"]
    add(f"wants a certificate in {version}", RSA, [version], more=wants)
    stapled = ["ssl_stapling on", f"ssl_stapling_file {work}/answer.ocsp"]
    add(f"stapled in {version}", saved(RSA_KEY, [own, MIDDLE.certificate]), [version], more=stapled)
certificate("intermediate expired", RSA_KEY, [leaf(RSA_KEY, OLD_MIDDLE), OLD_MIDDLE.certificate])

answer = ocsp.OCSPResponseBuilder().add_response(
    own, MIDDLE.certificate, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, NOW, NOW + DAY, None, None
)
answer = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, MIDDLE.certificate).sign(MIDDLE.key, hashes.SHA256())
(work / "answer.ocsp").write_bytes(answer.public_bytes(serialization.Encoding.DER))
(work / "ca.pem").write_bytes(b"".join(one.certificate.public_bytes(PEM) for one in [ROOT, EC_ROOT]))
for bits in ["1024", "ffdhe2048", "ffdhe3072"]:
    group = ["-pkeyopt", "dh_rfc5114:1"] if bits == "1024" else ["-pkeyopt", f"group:{bits}"]
    algorithm = "DHX" if bits == "1024" else "DH"
    subprocess.run(
        ["openssl", "genpkey", "-genparam", "-algorithm", algorithm, *group, "-out", work / f"{bits}.dh"],
        check=True, capture_output=True,
    )


def server(scenario):
    lines = [f"listen 127.0.0.1:{scenario['port']} ssl;", f"ssl_protocols {' '.join(scenario['protocols'])};"]
    for key, chain in scenario["certificates"]:
        lines += [f"ssl_certificate {chain};", f"ssl_certificate_key {key};"]
    if ciphers := scenario.get("ciphers"):
        lines.append(f"ssl_ciphers {ciphers};")
    if chosen := scenario.get("suites13"):
        lines.append(f"ssl_conf_command Ciphersuites {':'.join(chosen)};")
    if curves := scenario.get("curves"):
        lines.append(f"ssl_ecdh_curve {curves};")
    if dh := scenario.get("dh"):
        lines.append(f"ssl_dhparam {work}/{dh}.dh;")
    lines += [f"{line};" for line in scenario.get("more", [])]
    lines.append(f"ssl_prefer_server_ciphers {'on' if scenario.get('prefer') else 'off'};")
    return "server { " + " ".join(lines) + " return 200 ok; }"


for index, scenario in enumerate(scenarios):
    scenario["port"] = FIRST_PORT + index
servers = "\n".join(server(scenario) for scenario in scenarios)
(work / "nginx.conf").write_text(f"""
pid {work}/nginx.pid;
error_log {work}/error.log;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
access_log off;
client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
{servers}
}}
""")
kept = ["name", "port", "order"]
told = [{key: scenario[key] for key in kept if key in scenario} for scenario in scenarios]
(work / "scenarios.json").write_text(json.dumps(told))
print(len(scenarios), "scenarios")
