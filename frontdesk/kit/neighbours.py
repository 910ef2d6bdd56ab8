"""Reading FRONTDESK_OUTSIDE_ALLOW: addresses of the clinic's own network that Frontdesk may call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from frontdesk.kit.service_urls import BadServiceUrl

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True)
class Neighbour:
    """A host by its name, or a network. `plain`: it may be called by http too."""

    host: str
    network: IPv4Network | IPv6Network | None
    plain: bool

    def covers(self, host: str, address: IPv4Address | IPv6Address) -> bool:
        """Is it this host (in lower case), or does the address to which the name leads lie in the network?"""
        return host == self.host if self.network is None else address in self.network


def neighbours(text: str) -> tuple[Neighbour, ...]:
    """Of "engine.clinic.example, 10.1.2.0/24, http://10.1.3.7": names and networks with commas between.

    Raises BadServiceUrl for a part that is neither.
    """
    return tuple(_read(part.strip().lower()) for part in text.split(",") if part.strip())


def _read(part: str) -> Neighbour:
    plain = part.startswith("http://")
    rest = part.removeprefix("http://").removeprefix("https://")
    try:
        return Neighbour("", ip_network(rest), plain)
    except ValueError:
        if not _HOST.fullmatch(rest):
            raise BadServiceUrl(
                "FRONTDESK_OUTSIDE_ALLOW holds host names and networks, with commas between."
            ) from None
        return Neighbour(rest, None, plain)
