"""커서: {이름: [mtime_ns, 크기, 지금의 해시, 앞선 해시들…]}"""

import json


def read_cursor(cursor):
    try:
        seen = json.loads(cursor or "{}")
        assert all(isinstance(entry, list) and len(entry) >= 3 for entry in seen.values())
        return seen
    except Exception:
        return {}


def write_cursor(seen):
    return json.dumps(seen)
