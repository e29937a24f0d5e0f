"""`python -m hospital.gateway --port 8001 --data-dir DIR`: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import uvicorn

from hospital.gateway.app import FOLDER, gateway
from hospital.gateway.keys import keys_ensure
from hospital.gateway.web import AsgiApp


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m hospital.gateway", description=__doc__)
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--public-url", help="where browsers reach this gateway (default: http://HOST:PORT)")
    parser.add_argument(
        "--notify-url-allow",
        action="append",
        metavar="ORIGIN",
        help="a merchant address that notices may go to (scheme and host; any port unless one is named)",
    )
    parser.add_argument("--merchant-name", default="清河医院", help="the payee on the Chinese pay page")
    parser.add_argument("--merchant-name-en", default="Qinghe Hospital", help="the payee on the English one")
    parser.add_argument(
        "--adopt-unknown-orders",
        action="store_true",
        help="refund orders that were never made here: the invented history of a demo",
    )
    parser.add_argument("--make-keys", action="store_true", help="make the key pairs and end")
    return parser.parse_args()


def main() -> None:
    """Serve, or only make the keys."""
    options = arguments()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    if options.make_keys:
        keys_ensure(options.data_dir / FOLDER)
        return
    made = gateway(
        options.data_dir,
        options.public_url or f"http://{options.host}:{options.port}",
        options.notify_url_allow or ["http://127.0.0.1"],
        (options.merchant_name, options.merchant_name_en),
        adopt=options.adopt_unknown_orders,
    )
    made.courier.start()
    try:
        uvicorn.run(
            AsgiApp(made.handle),
            host=options.host,
            port=options.port,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
    finally:
        made.courier.stop()
        made.courier.join(timeout=2)
        made.store.close()


if __name__ == "__main__":
    main()
