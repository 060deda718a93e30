"""The site profile that a person names, and its profile for stages without GPUs, checked against the site's limits."""

from __future__ import annotations

import os
from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.batch.site import Site, load_site, seconds_of


def sites(name: str, overrides: tuple[str, ...]) -> tuple[Site, Site | None]:
    """Return a site and the site for stages without GPUs, if any, each with its account.

    Raises
    ------
    UserError
        Where the account is missing or of the wrong kind, or time or nodes are over the site's limit.
    """
    site = load_site(name, overrides)
    if site.account is None and (account := os.environ.get("SBATCH_ACCOUNT")):
        site = site.model_copy(update={"account": account})
    _check_limits(site, name)
    if site.cpu_site is None:
        return site, None
    if site.scheduler == "none":
        raise UserError(f"cpu_site is {site.cpu_site!r} on {name}, which has no batch system: leave it out.")
    other_name = str(Path(name).parent / site.cpu_site) if site.cpu_site.endswith((".yaml", ".yml")) else site.cpu_site
    other = load_site(other_name)
    if other.scheduler == "none":
        raise UserError(f"cpu_site is {site.cpu_site!r} on {name}, which has no batch system: name one that has.")
    if site.account is not None:
        base = site.account.removesuffix(site.account_suffix) if site.account_suffix else site.account
        other = other.model_copy(update={"account": other.account or base + other.account_suffix})
    _check_limits(other, other_name)
    return site, other


def _check_limits(site: Site, name: str) -> None:
    if site.account is None and site.account_required:
        raise UserError(f"site {name} needs an account, got none: name the project that pays with --account.")
    if site.account is not None and not site.account.endswith(site.account_suffix):
        raise UserError(
            f"--account is {site.account!r}, expected a name that ends in {site.account_suffix} on {name}: try "
            f"--account {site.account}{site.account_suffix}."
        )
    if site.max_time is not None and site.seconds > seconds_of(site.max_time):
        raise UserError(
            f"--time is {site.time}, expected at most {site.max_time} on {name}: ask for less, the run goes on in "
            "further jobs."
        )
    if site.max_nodes is not None and site.nodes > site.max_nodes:
        raise UserError(f"--nodes is {site.nodes}, expected at most {site.max_nodes} on {name}: ask for fewer.")
