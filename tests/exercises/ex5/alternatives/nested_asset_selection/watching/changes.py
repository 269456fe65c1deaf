"""앞의 틱과 달라진 것."""

import json

from ..ingest import arrived, fingerprint


def changes(folder, cursor):
    """(새 내용의 이름과 해시, 다음 커서)."""
    try:
        stats, hashes = json.loads(cursor)
        stats, hashes = dict(stats), dict(hashes)
    except (TypeError, ValueError):
        stats, hashes = {}, {}
    news = []
    for path in arrived(folder):
        stat = path.stat()
        now = [stat.st_mtime_ns, stat.st_size]
        if stats.get(path.name) == now:
            continue
        stats[path.name] = now
        content = fingerprint(path.read_bytes())
        if content not in hashes:
            hashes[content] = path.name
            news.append((path.name, content))
    return news, json.dumps([stats, hashes])
