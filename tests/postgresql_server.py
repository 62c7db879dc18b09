#!/usr/bin/env python3
"""Asks a real PostgreSQL what it makes of each line of `fixtures/postgresql/*.txt` and writes the answers to
`fixtures/postgresql/server.json`, which `cargo test --test postgresql` holds prodcheck to.

    python3 tests/postgresql_server.py [--bin /usr/lib/postgresql/15/bin]

The server runs in a folder of its own, on a socket there, and is stopped at the end. Its views
`pg_hba_file_rules` and `pg_file_settings` read the files anew each time they are asked. Run by root, it
becomes the user `postgres`, as the server refuses root.
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "postgresql"


def lines(name):
    for line in (FOLDER / name).read_text().splitlines():
        if not line.startswith("# Lines of "):
            yield line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")


class Server:
    """A server of one's own."""

    def __init__(self, binaries, folder):
        self.binaries, self.folder = pathlib.Path(binaries), pathlib.Path(folder)
        self.data = self.folder / "data"
        self.hba, self.conf = self.data / "pg_hba.conf", self.data / "extra.conf"

    def run(self, program, *arguments):
        command = [str(self.binaries / program), *map(str, arguments)]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def start(self):
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "asker")
        certificate = ["-subj", "/CN=x", "-keyout", self.data / "server.key", "-out", self.data / "server.crt"]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *certificate],
            check=True,
            capture_output=True,
        )
        (self.data / "server.key").chmod(0o600)
        shutil.copy(self.data / "server.crt", self.data / "root.crt")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"\nlisten_addresses = ''\nunix_socket_directories = '{self.folder}'\n"
                "ssl = on\nssl_ca_file = 'root.crt'\ninclude 'extra.conf'\n"
            )
        self.conf.write_text("")
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def ask(self, query):
        told = f"SELECT coalesce(json_agg(told), '[]') FROM ({query}) AS told"
        text = self.run("psql", "-h", self.folder, "-U", "asker", "-d", "postgres", "-XAtc", told)
        return json.loads(text)

    def access(self, text):
        self.hba.write_text(text + "\n")
        fields = "line_number, type, database, user_name, address, netmask, auth_method, options, error"
        rows = self.ask(f"SELECT {fields} FROM pg_hba_file_rules")
        self.hba.write_text("local all all trust\n")
        return rows

    def settings(self, text):
        self.conf.write_text(text + "\n")
        fields = "sourceline, name, setting, error"
        return self.ask(f"SELECT {fields} FROM pg_file_settings WHERE sourcefile = '{self.conf}'")


def become_the_servers_user(folder):
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bin", default="/usr/lib/postgresql/15/bin")
    binaries = arguments.parse_args().bin
    with tempfile.TemporaryDirectory() as folder:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            become_the_servers_user(folder)
            server = Server(binaries, folder)
            server.start()
            try:
                told = {
                    "version": server.ask("SELECT version() AS v")[0]["v"].split(" (")[0],
                    "access": [{"text": text, "rules": server.access(text)} for text in lines("access.txt")],
                    "settings": [{"text": text, "rows": server.settings(text)} for text in lines("settings.txt")],
                }
            finally:
                server.stop()
            with os.fdopen(writer, "w") as out:
                json.dump(told, out, indent=1, ensure_ascii=False)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as answer:
            text = answer.read()
        _, status = os.waitpid(child, 0)
    if status or not text:
        raise SystemExit("the server could not be asked")
    (FOLDER / "server.json").write_text(text + "\n")


main()
