"""The kinds of printers and the one grammar of their addresses; opens nothing.

Setup, command line, agent and opener all read an address here, so what one refuses all refuse, in the same words.
An address that passed as text is looked at again when it is opened (`wires`): a name may lead elsewhere by then.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import stat
import termios
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.errors import Invalid

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = frozenset({*range(9100, 9110), 515, 631})
"""Where printers listen: raw printing (one port for each slot of a print server), LPD and IPP."""


class Kind(StrEnum):
    VIRTUAL = "virtual"
    NETWORK = "network"
    USB = "usb"
    SERIAL = "serial"
    FILE = "file"
    CUPS = "cups"
    EPSON = "epson"
    STAR = "star"


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    host: str
    port: int = 9100

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 9100 else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """`own`: the serial number, or "@" and the USB port, of one of several printers of the same model."""

    vendor: str
    product: str
    own: str = ""

    def __str__(self) -> str:
        return f"{self.vendor}:{self.product}:{self.own}".rstrip(":")


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class SerialAddress:
    path: str
    baud: int = 9600
    flow: str = ""
    """"rtscts", "xonxoff" or none."""

    def __str__(self) -> str:
        return f"{self.path}:{self.baud}:{self.flow}".rstrip(":")


@dataclass(frozen=True, slots=True)
class QueueAddress:
    name: str

    def __str__(self) -> str:
        return self.name


Address = NetworkAddress | UsbAddress | DeviceAddress | SerialAddress | QueueAddress


@dataclass(frozen=True, slots=True)
class PrinterKind:
    """`read`: makes an address of its text; None for kinds that nobody connects to."""

    read: Callable[[str], Address] | None = None
    fetches: bool = False
    """The printer asks the server for its slips: it is made by `loket printer link`, whose URL holds its name."""


def address(kind: str, text: str) -> Address | None:
    """The address of a printer of this kind; None for a kind that has none. `str()` of it is what is kept.

    Raises `Invalid` with a code that says what is wrong with it; its words are the catalogues' `error.<code>`.
    """
    read = PRINTER_KINDS[Kind(kind)].read
    return read(text.strip()) if read else None


def is_wired(kind: str) -> bool:
    """Whether somebody connects to printers of this kind: the server, or a print agent."""
    return PRINTER_KINDS[Kind(kind)].read is not None


# --- which network addresses are a printer's ---


@dataclass(frozen=True, slots=True)
class Reach:
    """What the operator says about network printers.

    `networks`: addresses that printers may have whatever the rules say, with any port. `closed`: host and port of the
    database and of Redis, which no printer has in any case.
    """

    networks: tuple[IPNetwork, ...] = ()
    closed: frozenset[tuple[str, int]] = frozenset()

    def check(self, found: IPAddress, port: int) -> None:
        """Raises `Invalid` when no printer may stand there: an admin of one office could reach what is inside."""
        if not self._is_named(found, port) and port not in PORTS:
            raise Invalid("address_port", fields=["address"], port=port)

    def check_receiver(self, found: IPAddress, port: int) -> None:
        """The same for what is told of the office's work: any port, but never on this machine."""
        if not self._is_named(found, port) and _is_ours(_plain(found)):
            raise Invalid("address_inside", fields=["url"], address=str(found))

    def _is_named(self, found: IPAddress, port: int) -> bool:
        """Whether the operator allowed the address by name. Raises `Invalid` for one that nobody may have."""
        plain = _plain(found)
        for host, closed in self.closed:
            if port == closed and (_is_ours(plain) or str(plain) in _quietly(host, port)):
                raise Invalid("address_inside", fields=["address"], address=str(found))
        if any(plain in network for network in self.networks):
            return True
        if plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved:
            raise Invalid("address_inside", fields=["address"], address=str(found))
        return False


_reach = Reach()


def permit(reach: Reach) -> None:
    """Sets the operator's word for this process; once, at its start."""
    global _reach
    _reach = reach


def permitted() -> tuple[IPNetwork, ...]:
    """The networks that the operator has named; none when the rules alone hold."""
    return _reach.networks


def networks(text: str) -> tuple[IPNetwork, ...]:
    """Networks or single addresses with commas between; raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(each.strip(), strict=False) for each in text.split(",") if each.strip())


def places(wanted: NetworkAddress) -> list[str]:
    """The IP addresses behind the name that printers may have. Raises `Invalid`, or OSError when there is no such host.

    The caller connects to one of these and not to the name: asked again, it could lead elsewhere.
    """
    found = list(_looked_up(wanted.host, wanted.port))
    refused: Invalid | None = None
    good = []
    for each in found:
        try:
            _reach.check(ipaddress.ip_address(each), wanted.port)
            good.append(each)
        except Invalid as error:
            refused = error
    if refused is not None and not good:
        raise refused
    return good


def receivers(host: str, port: int, reach: Reach, *, is_near: bool = False) -> list[str]:
    """The IP addresses behind the name of a receiver. Raises `Invalid` when one of them may not be one, or OSError.

    `is_near`: only those of a private network may be.
    """
    found = list(_looked_up(host, port))
    for each in found:
        place = ipaddress.ip_address(each)
        reach.check_receiver(place, port)
        if is_near and not _plain(place).is_private:
            raise Invalid("address_open", fields=["url"], address=each)
    return found


def _looked_up(host: str, port: int) -> Iterable[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"no such host: {host}") from error
    return dict.fromkeys(str(each[4][0]) for each in found)


def _quietly(host: str, port: int) -> list[str]:
    try:
        return list(_looked_up(host, port))
    except OSError:
        return []


def _plain(found: IPAddress) -> IPAddress:
    """An IPv4 address that is written as one of IPv6 is that IPv4 address."""
    return getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found


def _is_ours(found: IPAddress) -> bool:
    """Whether this machine has the address: only then can a socket be bound to it."""
    family = socket.AF_INET6 if found.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(found), 0))
        except OSError:
            return False
    return True


# --- the grammar of each kind ---


def _network(text: str) -> NetworkAddress:
    """host, host:port, an IPv6 address with or without brackets; a scheme that people copy along is dropped.

    http:// only before an IP address: so begins the page that a printer has of its own.
    """
    plain = re.sub(r"^(?:(?:tcp|socket)://|https?://(?=[0-9.]+(?:[:/]|$)|\[))", "", text, flags=re.IGNORECASE).rstrip(
        "/"
    )
    found = _ip(plain)
    if found is not None:
        return _checked(NetworkAddress(str(found)), found)
    _refuse_old_spelling(plain, 9100)
    match = re.fullmatch(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<host>[A-Za-z0-9_.-]+))(?::(?P<port>[0-9]{1,5}))?", plain)
    host = match and (match["ipv6"] or match["host"])
    if not match or not host or host[0] in ".-":
        raise _wrong("network", text)
    port = int(match["port"] or 9100)
    if not 0 < port < 65536:
        raise Invalid("address_port", fields=["address"], port=port)
    found = _ip(host)
    if match["ipv6"] and (found is None or found.version != 6):
        raise _wrong("network", text)
    if found is None and (host.lower().rstrip(".") + ".").endswith("localhost."):
        found = ipaddress.ip_address("127.0.0.1")
        return _checked(NetworkAddress(host.lower(), port), found)
    if found is not None:
        return _checked(NetworkAddress(str(found), port), found)
    _refuse_old_spelling(host, port)
    if not _is_name(host):
        raise _wrong("network", text)
    if port not in PORTS and not _reach.networks:
        raise Invalid("address_port", fields=["address"], port=port)
    return NetworkAddress(host, port)


def _checked(wanted: NetworkAddress, found: IPAddress) -> NetworkAddress:
    _reach.check(found, wanted.port)
    return wanted


def _ip(text: str) -> IPAddress | None:
    """Also with the zeros that printers put before their numbers: 192.168.001.050 ends in fifty."""
    padded = re.fullmatch(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})", text)
    try:
        return ipaddress.ip_address(".".join(str(int(each)) for each in padded.groups()) if padded else text)
    except ValueError:
        return None


def _refuse_old_spelling(text: str, port: int) -> None:
    """127.1 and 0x7f000001, which the system would understand as an address, are typed by mistake or to hide one."""
    if re.fullmatch(r"[0-9a-fA-FxX.]+", text) and text[0].isdigit():
        try:
            found = ipaddress.IPv4Address(socket.inet_aton(text))
        except OSError:
            return
        _reach.check(found, port)
        raise _wrong("network", text)


def _is_name(host: str) -> bool:
    """Whether it can be a host's name (RFC 1123, and "_", which offices use); 192.168.1.256 is none."""
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(0 < len(each) < 64 for each in labels) and not labels[-1].isdigit()


def _usb(text: str) -> UsbAddress:
    match = re.fullmatch(
        r"(?:0x)?([0-9a-f]{4}):(?:0x)?([0-9a-f]{4})(?::(@[0-9.-]{1,40}|[\w.+/-]{1,80}))?", text, re.IGNORECASE
    )
    if not match:
        raise _wrong("usb", text)
    return UsbAddress(match[1].lower(), match[2].lower(), match[3] or "")


def _serial(text: str) -> SerialAddress:
    match = re.fullmatch(r"(?P<path>/.+?)(?::(?P<baud>[0-9]{3,7}))?(?::(?P<flow>rtscts|xonxoff))?", text)
    if not match or not hasattr(termios, f"B{match['baud'] or 9600}"):
        raise _wrong("serial", text)
    return SerialAddress(_device_path(match["path"], "serial"), int(match["baud"] or 9600), match["flow"] or "")


def _file(text: str) -> DeviceAddress:
    return DeviceAddress(_device_path(text, "file"))


def _device_path(text: str, kind: str) -> str:
    """The path as it was written, when it leads to what may be a printer; see `real_device`."""
    if not re.fullmatch(r"/dev/[\w./:+-]+", text):
        raise _wrong(kind, text)
    real_device(text)
    return text


_PRINTER_DEVICES = re.compile(r"/dev/(?:usb/lp|usblp|lp|rfcomm|pts/|tty[A-Z]\w*?)[0-9]+")
"""Printers and serial lines, as the kernel's drivers name them. A watchdog or the memory is a device file too."""

_ABSENT_DEVICES = re.compile(rf"{_PRINTER_DEVICES.pattern}|/dev/serial/by-(?:id|path)/[\w.:+-]+")
"""udev's lasting names of serial lines lead nowhere while the adapter is pulled out."""


def real_device(text: str) -> str:
    """Where a path under /dev leads in the end. Raises `Invalid("address_device")` unless that can be a printer.

    It need not be there now: a printer may be switched off.
    """
    real = os.path.realpath(text)
    names = _PRINTER_DEVICES
    try:
        is_device = stat.S_ISCHR(os.stat(real).st_mode)
    except OSError:
        is_device, names = True, _ABSENT_DEVICES
    if not is_device or not names.fullmatch(real):
        raise Invalid("address_device", fields=["address"], address=text)
    return real


def _cups(text: str) -> QueueAddress:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}", text):
        raise _wrong("cups", text)
    return QueueAddress(text)


def _wrong(kind: str, text: str) -> Invalid:
    return Invalid(_WRONG[kind], fields=["address"], address=text)


_WRONG = {kind: f"address_{kind}" for kind in ("network", "usb", "serial", "file", "cups")}

PRINTER_KINDS: Mapping[Kind, PrinterKind] = {
    Kind.VIRTUAL: PrinterKind(),
    Kind.NETWORK: PrinterKind(_network),
    Kind.USB: PrinterKind(_usb),
    Kind.SERIAL: PrinterKind(_serial),
    Kind.FILE: PrinterKind(_file),
    Kind.CUPS: PrinterKind(_cups),
    Kind.EPSON: PrinterKind(fetches=True),
    Kind.STAR: PrinterKind(fetches=True),
}
"""Every kind of printer, in the order of the setup page."""

WIRED = tuple(kind for kind, about in PRINTER_KINDS.items() if about.read)
FETCHING = tuple(kind for kind, about in PRINTER_KINDS.items() if about.fetches)
