"""clients.py come-and-go ADDRESS SECONDS REQUEST: clients one after the other, each with some requests.
clients.py stay ADDRESS NUMBER REQUEST: so many that come by and by, and stay; prints a line when all have been answered, and waits for input.

ADDRESS is a path or a port of 127.0.0.1."""
import socket
import sys
import time


def connect(address):
    if address.startswith("/"):
        s = socket.socket(socket.AF_UNIX)
        s.connect(address)
    else:
        s = socket.create_connection(("127.0.0.1", int(address)))
    s.settimeout(20)
    return s


def ask(s, request, times):
    for _ in range(times):
        s.sendall(request)
        if not s.recv(1 << 16):
            sys.exit("the server has gone")


def main():
    what, address, number, request = sys.argv[1:]
    request = request.encode().decode("unicode_escape").encode()
    if what == "stay":
        clients = []
        for _ in range(int(number)):
            clients.append(connect(address))
            ask(clients[-1], request, 3)
            time.sleep(0.04)
        print("all are there", flush=True)
        sys.stdin.read()
        return
    end = time.monotonic() + float(number)
    while time.monotonic() < end:
        with connect(address) as s:
            ask(s, request, 20)
        time.sleep(0.02)


main()
