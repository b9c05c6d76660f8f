"""Addresses of this machine."""

import ipaddress

import ifaddr


def own_addresses(host: str) -> tuple[str, ...]:
    """This machine's addresses for other machines when `host` is a wildcard, none when it is not."""
    try:
        wildcard = ipaddress.ip_address(host)
    except ValueError:
        return ()
    if not wildcard.is_unspecified:
        return ()
    found = (
        ipaddress.ip_address(each.ip if isinstance(each.ip, str) else each.ip[0])
        for adapter in ifaddr.get_adapters()
        for each in adapter.ips
    )
    return tuple(
        str(address)
        for address in found
        if address.version == wildcard.version
        and not address.is_loopback
        and not address.is_link_local
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
