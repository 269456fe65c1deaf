"""나쁜 제출물의 시험은 격리가 있는 리눅스에서만 뜻이 있다. 압축과 약속의 시험은 어디서나 돈다."""

import sys

collect_ignore = [] if sys.platform == "linux" else ["test_hostile_submissions.py"]
