"""A real sftp server on loopback, over a folder: paramiko's own, for one user."""

import os
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import paramiko

USER, PASSWORD = "buyer", "let me in"


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username, password):
        known = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username):
        return "password"


class _Files(paramiko.SFTPServerInterface):
    root: str

    def _real(self, path):
        return Path(self.root + self.canonicalize(path))

    def _tried(self, work):
        try:
            return work()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def list_folder(self, path):
        return self._tried(lambda: [self._told(entry) for entry in os.scandir(self._real(path))])

    def _told(self, entry):
        return paramiko.SFTPAttributes.from_stat(entry.stat(), entry.name)

    def stat(self, path):
        return self._tried(lambda: paramiko.SFTPAttributes.from_stat(self._real(path).stat()))

    lstat = stat

    def mkdir(self, path, attr):
        return self._tried(lambda: self._real(path).mkdir() or paramiko.SFTP_OK)

    def posix_rename(self, oldpath, newpath):
        real = self._real
        return self._tried(lambda: real(oldpath).replace(real(newpath)) and paramiko.SFTP_OK)

    def open(self, path, flags, attr):
        def opened():
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = handle.writefile = os.fdopen(os.open(self._real(path), flags), "rb")
            return handle

        return self._tried(opened)


class SftpServer:
    def __init__(self, root):
        self.key = paramiko.ECDSAKey.generate()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._transports = []
        self._files = type("Files", (_Files,), {"root": str(root)})
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def known_hosts(self, path):
        """The line that ssh keeps of a server whose key is known."""
        line = f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"
        path.write_text(line)
        return path

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            self._transports.append(transport)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, self._files)
            transport.start_server(server=_Door())

    def close(self):
        if self._thread.is_alive():
            self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._listener.close()
        for transport in self._transports:
            transport.close()


@contextmanager
def sftp_server(root):
    server = SftpServer(root)
    try:
        yield server
    finally:
        server.close()
