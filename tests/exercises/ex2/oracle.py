"""모범 답안과 따로 쓴 답: 이웃한 날까지 든 기록 하나에서 SQL로 한 주의 보고서를 바로 낸다."""

import random

import duckdb
import pandas as pd

COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]
PAGES = [f"/글/{number}" for number in range(9)]
AGENTS = ["Mozilla/5.0 Chrome/131.0", None, "Googlebot/2.1", "SEOBOT", "Yeti/1.1", "Mozilla/5.0 (CUBOT X19)", ""]
EDGES = [pd.Timedelta(0), pd.Timedelta(microseconds=-1), pd.Timedelta(microseconds=1), pd.Timedelta(seconds=-1)]


def random_history(seed: int, monday: pd.Timestamp) -> pd.DataFrame:
    """앞뒤 하루씩을 더한 아흐레의 기록(UTC). 자정 언저리의 행이 많고, 기록이 없는 날이 있고, 차례는 뒤섞여 있다."""
    rng = random.Random(f"oracle/{seed}")
    start = monday - pd.Timedelta(days=1)
    rows = []
    for session in range(rng.randint(0, 40)):
        moment = start + pd.Timedelta(seconds=rng.randrange(9 * 86400))
        for _ in range(rng.randint(1, 6)):
            user = rng.choice([None, *(f"u{number}" for number in range(6))])
            rows.append((rng.choice(PAGES), user, moment, f"s{session}", rng.choice(AGENTS[: 1 + rng.randrange(len(AGENTS))])))
            step = rng.random()
            if step < 0.3:
                moment = moment.normalize() + pd.Timedelta(days=1) + rng.choice(EDGES)
            elif step < 0.9:
                moment += pd.Timedelta(minutes=rng.randrange(600))
    closed = {(start + pd.Timedelta(days=rng.randrange(9))).date() for _ in range(rng.randint(0, 3))}
    rows = [row for row in rows if row[2].date() not in closed]
    rng.shuffle(rows)
    types = {"timestamp": "datetime64[us]", **dict.fromkeys(["page_url", "user_id", "session_id", "user_agent"], "str")}
    return pd.DataFrame(rows, columns=COLUMNS).astype(types)


def day_log(history: pd.DataFrame, day: pd.Timestamp, rng: random.Random, timezone: str | None) -> pd.DataFrame:
    """그날의 기록: 그날의 행 모두와 이웃한 행 조금. `timezone`이 있으면 같은 순간을 그 시간대로 적는다."""
    is_own = history["timestamp"].between(day, day + pd.Timedelta(days=1), inclusive="left")
    near = history["timestamp"].between(day - pd.Timedelta(hours=20), day + pd.Timedelta(hours=44))
    picked = pd.Series([rng.random() < 0.5 for _ in range(len(history))], index=history.index, dtype=bool)
    log = history[is_own | (near & picked)].reset_index(drop=True)
    if timezone is None:
        return log
    return log.assign(timestamp=log["timestamp"].dt.tz_localize("UTC").dt.tz_convert(timezone))


def expected_report(history: pd.DataFrame, monday: pd.Timestamp) -> list[tuple]:
    """(page_url, views, unique_visitors, active_days, rank) 행들."""
    log = history.assign(position=range(len(history)), timestamp=history["timestamp"].astype("datetime64[us]"))
    for name in ("page_url", "user_id", "session_id", "user_agent"):
        log[name] = log[name].astype("object").where(log[name].notna(), None)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE log (page_url TEXT, user_id TEXT, timestamp TIMESTAMP, session_id TEXT, user_agent TEXT, position INT)")
        if len(log):
            connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", log[[*COLUMNS, "position"]].values.tolist())
        return connection.execute("""
            SELECT page_url, count(*), count(DISTINCT user_id), count(DISTINCT CAST(timestamp AS DATE)),
                   dense_rank() OVER (ORDER BY count(DISTINCT user_id) DESC) AS rank
            FROM (
                SELECT * FROM log
                WHERE timestamp >= $monday AND timestamp < $monday + INTERVAL 7 DAY AND NOT coalesce(lower(user_agent) LIKE '%bot%', false)
                QUALIFY row_number() OVER (PARTITION BY session_id, page_url ORDER BY timestamp, position) = 1
            )
            GROUP BY page_url ORDER BY rank, page_url
        """, {"monday": monday.to_pydatetime()}).fetchall()
