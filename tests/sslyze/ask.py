"""Asks sslyze about every scenario, and writes what it says into answers.json."""

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from sslyze import (
    CertificateInfoExtraArgument,
    Scanner,
    ScanCommand,
    ScanCommandsExtraArguments,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
    ServerScanStatusEnum,
)
from sslyze.mozilla_tls_profile import tls_config_checker as mozilla

work = Path(sys.argv[1])
HOST = "shop.test"
SUITES = {
    "SSLv3": ScanCommand.SSL_3_0_CIPHER_SUITES,
    "TLSv1.0": ScanCommand.TLS_1_0_CIPHER_SUITES,
    "TLSv1.1": ScanCommand.TLS_1_1_CIPHER_SUITES,
    "TLSv1.2": ScanCommand.TLS_1_2_CIPHER_SUITES,
    "TLSv1.3": ScanCommand.TLS_1_3_CIPHER_SUITES,
}
OTHERS = {ScanCommand.SSL_2_0_CIPHER_SUITES, ScanCommand.CERTIFICATE_INFO, ScanCommand.ELLIPTIC_CURVES}
PROFILES = {
    "modern": mozilla.TlsConfigurationEnum.MOZILLA_MODERN,
    "intermediate": mozilla.TlsConfigurationEnum.MOZILLA_INTERMEDIATE,
    "old": mozilla.TlsConfigurationEnum.MOZILLA_OLD,
}


def key_of(certificate):
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return ["RSA", key.key_size]
    if isinstance(key, ec.EllipticCurvePublicKey):
        return ["EC", key.curve.key_size]
    kinds = {ed25519.Ed25519PublicKey: ["Ed25519", 256], ed448.Ed448PublicKey: ["Ed448", 456]}
    return next((told for kind, told in kinds.items() if isinstance(key, kind)), None)


def told(scan):
    if scan.scan_status != ServerScanStatusEnum.COMPLETED:
        return {"failed": str(scan.connectivity_error_trace or scan.connectivity_status)}
    results = {}
    for command in {*SUITES.values(), *OTHERS}:
        attempt = getattr(scan.scan_result, command.value)
        if attempt.result is None:
            return {"failed": f"{command.value}: {attempt.error_reason} {attempt.error_trace}"}
        results[command] = attempt.result
    suites, dh_bits = {}, []
    for version, command in SUITES.items():
        accepted = results[command].accepted_cipher_suites
        if results[command].is_tls_version_supported:
            suites[version] = sorted(one.cipher_suite.name for one in accepted)
        for one in accepted:
            if type(one.ephemeral_key).__name__ == "DhEphemeralKeyInfo":
                dh_bits.append(one.ephemeral_key.size)
    curves = results[ScanCommand.ELLIPTIC_CURVES].supported_curves or []
    deployments = results[ScanCommand.CERTIFICATE_INFO].certificate_deployments
    certificates = []
    for one in deployments:
        chain = one.received_certificate_chain
        life = chain[0].not_valid_after_utc - chain[0].not_valid_before_utc
        certificates.append({
            "trusted": one.verified_certificate_chain is not None,
            "key": key_of(chain[0]),
            "signature": chain[0].signature_algorithm_oid._name,
            "ordered": one.received_chain_has_valid_order,
            "must-staple": one.leaf_certificate_has_must_staple_extension,
            "scts": one.leaf_certificate_signed_certificate_timestamps_count,
            "stapled": one.ocsp_response is not None,
            "lifespan-days": life.days,
            "self-signed": chain[0].issuer == chain[0].subject,
        })
    profiles = {}
    for name, profile in PROFILES.items():
        wanted = mozilla.MozillaTlsConfiguration.get(profile)
        issues = mozilla._check_tls_versions_and_ciphers(scan.scan_result, wanted)
        issues.update(mozilla._check_tls_curves(results[ScanCommand.ELLIPTIC_CURVES], wanted))
        issues.update(mozilla._check_certificates(results[ScanCommand.CERTIFICATE_INFO], wanted))
        profiles[name] = sorted(issues)
    return {
        "suites": suites,
        "curves": sorted(curve.name for curve in curves),
        "dh-bits": min(dh_bits, default=None),
        "certificates": certificates,
        "profiles": profiles,
    }


scenarios = json.loads((work / "scenarios.json").read_text())
extra = ScanCommandsExtraArguments(certificate_info=CertificateInfoExtraArgument(custom_ca_file=work / "ca.pem"))
requests = [
    ServerScanRequest(
        server_location=ServerNetworkLocation(hostname=HOST, port=scenario["port"], ip_address="127.0.0.1"),
        network_configuration=ServerNetworkConfiguration(tls_server_name_indication=HOST, network_timeout=10),
        scan_commands={*SUITES.values(), *OTHERS},
        scan_commands_extra_arguments=extra,
    )
    for scenario in scenarios
]
scanner = Scanner()
scanner.queue_scans(requests)
answers = {scan.server_location.port: told(scan) for scan in scanner.get_results()}
for scenario in scenarios:
    scenario["sslyze"] = answers[scenario["port"]]
(work / "answers.json").write_text(json.dumps(scenarios, indent=1))
failed = [scenario["name"] for scenario in scenarios if "failed" in scenario["sslyze"]]
print(len(scenarios), "asked,", len(failed), "of which sslyze could not read:", failed)
