"""배포 구성의 그림: 지금 무엇이 떠 있고 누가 누구에게 붙는가.

떠 있는지는 진짜 프로세스에 묻고, 화살표는 띄우는 명령에서 읽는다. 모두 DAGSTER_HOME의 dagster.yaml을 따라 PostgreSQL에 적고,
`--workspace`를 받은 것만 코드 서버에 물어본다.
"""

from IPython.display import display

from course_lib.classroom.drawings import Drawing
from course_lib.deploy.topology import COMMANDS, ORDER, Deployment

UP, DOWN = "✔ 떠 있음", "✘ 없음"


def show_deployment(site: Deployment) -> None:
    """`site`의 서버와 그 사이의 화살표를 그린다. 없는 서버는 점선의 둥근 상자이고 화살표도 점선이다."""
    display(draw_deployment(site))


def draw_deployment(site: Deployment) -> Drawing:
    """화면에 띄우지 않고 그림만 만든다."""
    up = {name: name in site.servers and site.servers[name].alive for name in ORDER}
    return Drawing(_mermaid(up), _text(up))


def asks(name: str) -> tuple[str, ...]:
    """그 서버가 붙는 서버들."""
    if name not in COMMANDS:
        return ()
    return ("code-server", "postgres") if "--workspace" in COMMANDS[name] else ("postgres",)


def _text(up: dict[str, bool]) -> str:
    width = max(map(len, up))
    lines = [f"{name:<{width}}  {UP if up[name] else DOWN}" + (f"  → {', '.join(asks(name))}" if asks(name) else "") for name in up]
    return "\n".join(lines)


def _mermaid(up: dict[str, bool]) -> str:
    # 이름을 그대로 점의 이름으로 쓰면 붙임표가 화살표로 읽힌다.
    ids = {name: f"n{number}" for number, name in enumerate(up)}
    lines = ["flowchart LR"]
    for name, alive in up.items():
        left, right = ("[", "]") if alive else ("([", "])")
        lines.append(f'{ids[name]}{left}"{name}<br/>{UP if alive else DOWN}"{right}')
        if not alive:
            lines.append(f"style {ids[name]} stroke-dasharray: 5 5")
    for name in up:
        for other in asks(name):
            arrow = "-->" if up[name] and up[other] else "-.->"
            lines.append(f"{ids[name]} {arrow} {ids[other]}")
    return "\n".join(lines)
