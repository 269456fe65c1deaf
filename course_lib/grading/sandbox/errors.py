"""샌드박스의 오류."""


class SandboxError(RuntimeError):
    """샌드박스를 쓸 수 없다. 과정 쪽의 문제이며 제출물의 잘못이 아니다."""
