"""A printer behind a device file: the kernel's USB printers and serial lines; no other file is ever opened."""

from __future__ import annotations

import fcntl
import os
import stat
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

from shared.domain.errors import Invalid
from shared.printing.address import DeviceAddress, SerialAddress, UsbAddress, real_device
from shared.printing.wires import wire
from shared.printing.wires.wire import Wire

USB_NODES = Path("/sys/class/usbmisc")
USB_FILES = Path("/dev/usb")


class NoRight(PermissionError):
    """The device is there, but this program's user may not use it."""


class DeviceWire(Wire):
    """A device file, such as the kernel's /dev/usb/lp0."""

    def __init__(self, path: str, timeout_s: float) -> None:
        """Raises `Invalid("address_device")`, `NoRight`, OSError."""
        super().__init__(_opened(path), timeout_s)

    def is_taken(self) -> bool:
        """One that was pulled out right behind a slip has perhaps not got the end of it."""
        try:
            self.receive(wire.BREAK_S)
        except OSError:
            self.is_hung_up = True
        self.is_torn = self.is_torn or self.is_hung_up
        return not self.is_torn

    def ended(self) -> None:
        """Empty packets are usual on USB, and no hang-up; the pause keeps a chatty one from turning in circles."""
        time.sleep(0.01)


def _opened(path: str) -> int:
    """A descriptor of the device that the path leads to; what it turns out to be is looked at again once it is open."""
    try:
        descriptor = os.open(real_device(path), os.O_RDWR | os.O_NOFOLLOW | os.O_NOCTTY | os.O_NONBLOCK)
    except PermissionError as error:
        raise NoRight(*error.args) from None
    if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Invalid("address_device", fields=["address"], address=path)
    return descriptor


def file_wire(wanted: DeviceAddress, timeout_s: float) -> DeviceWire:
    return DeviceWire(wanted.path, timeout_s)


# --- USB ---


def usb_wire(wanted: UsbAddress, timeout_s: float) -> DeviceWire:
    """The kernel's printer device of this printer, so that no USB library and no detaching is needed.

    Looked up at each opening: the same printer is lp1 when it was plugged in again. Raises `Invalid("usb_ambiguous")`
    when several of this model are there and the address does not say which.
    """
    model = [
        (each, node) for each, node in usb_printers() if (each.vendor, each.product) == (wanted.vendor, wanted.product)
    ]
    found = [node for each, node in model if wanted.own in ("", each.own, _port_of(node))]
    if len(found) > 1:
        known = ", ".join(str(each) for each, _ in model)
        raise Invalid("usb_ambiguous", fields=["address"], address=str(wanted), known=known)
    if not found:
        raise FileNotFoundError(f"no USB printer {wanted}")
    return DeviceWire(str(USB_FILES / found[0].name), timeout_s)


def usb_printers() -> list[tuple[UsbAddress, Path]]:
    """The USB printers that are plugged in: an address that is each one's own, and its node under /sys.

    A serial number where the printer has one that no other here shares, as cheap printers do; else the USB port.
    """
    nodes = sorted(USB_NODES.glob("lp*"))
    facts = [[_word(_device(node) / name) for name in ("idVendor", "idProduct", "serial")] for node in nodes]
    return [
        (UsbAddress(each[0], each[1], each[2] if each[2] and facts.count(each) == 1 else _port_of(node)), node)
        for each, node in zip(facts, nodes, strict=True)
        if each[0]
    ]


def usb_address_of(path: str) -> UsbAddress | None:
    """The own address of the USB printer that is this device file now."""
    name = Path(os.path.realpath(path)).name
    return next((each for each, node in usb_printers() if node.name == name), None)


def _port_of(node: Path) -> str:
    return f"@{_device(node).name}"


def _device(node: Path) -> Path:
    return (node / "device").resolve().parent


def _word(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip().replace(" ", "_")
    except OSError:
        return ""


# --- serial lines ---


class SerialWire(DeviceWire):
    """A serial line: 8 data bits, no parity, 1 stop bit."""

    def __init__(self, wanted: SerialAddress, timeout_s: float) -> None:
        super().__init__(wanted.path, timeout_s)
        try:
            self._set_line(getattr(termios, f"B{wanted.baud}"), wanted.flow)
        except (OSError, termios.error) as error:
            super().close()
            raise OSError(f"{wanted.path} is no serial line") from error

    def close(self) -> None:
        """Throws away what a stuck line still holds: the kernel would wait for it for half a minute."""
        with suppress(termios.error):
            termios.tcflush(self.descriptor, termios.TCOFLUSH)
        super().close()

    def _set_line(self, speed: int, flow: str) -> None:
        control = termios.CS8 | termios.CREAD | termios.CLOCAL | (termios.CRTSCTS if flow == "rtscts" else 0)
        software = termios.IXON | termios.IXOFF if flow == "xonxoff" else 0
        characters = termios.tcgetattr(self.descriptor)[6]
        termios.tcsetattr(self.descriptor, termios.TCSANOW, [software, 0, control, 0, speed, speed, characters])

    def settle(self) -> None:
        left = self.unsent()
        until = time.monotonic() + self.patience_s(self.timeout_s)
        while left:
            time.sleep(0.005)
            now_left = self.unsent()
            if now_left < left:
                until = time.monotonic() + self.patience_s(self.timeout_s)
            elif time.monotonic() > until:
                raise TimeoutError("the serial line stands still")
            left = now_left

    def unsent(self) -> int:
        return int.from_bytes(fcntl.ioctl(self.descriptor, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
