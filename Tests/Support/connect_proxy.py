#!/usr/bin/env python3
"""An HTTP proxy that makes connections (CONNECT) for one user, to some ports only.

usage: connect_proxy.py ADDRESS:PORT USER:PASSWORD HOST PORT...

Whatever host is asked for, it goes to HOST.
"""
import asyncio
import base64
import sys


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def serve(reader, writer, proof, there, ports):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        port = head.split()[1].rpartition(":")[2]
        if f"proxy-authorization: basic {proof}".lower() not in head.lower():
            status = "407 Proxy Authentication Required"
        elif port not in ports:
            status = "403 Forbidden"
        else:
            far = await asyncio.open_connection(there, int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(copy(reader, far[1]), copy(far[0], writer))
            return
    except (OSError, EOFError):
        status = "502 Bad Gateway"
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
    writer.close()


async def main(place, login, there, *ports):
    host, _, port = place.rpartition(":")
    proof = base64.b64encode(login.encode()).decode()
    server = await asyncio.start_server(lambda r, w: serve(r, w, proof, there, ports), host, int(port))
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
