"""`python -m course_lib`은 `course` 명령과 같다."""

import sys

from course_lib.cli import main

sys.exit(main())
