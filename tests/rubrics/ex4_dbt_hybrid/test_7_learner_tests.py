"""학습자의 test_hybrid.py: 올바른 코드는 통과시키고, 흔한 실수는 잡아낸다."""

from course_lib.grading.rubric import criterion, grade_learner_tests


@criterion("내 테스트가 흔한 실수를 잡아낸다", points=10, apart=True)
def test_learner_tests_catch_bugs(submission):
    """테스트의 값어치는 틀린 코드에서 실패하는 데 있습니다. 모범 답안에서는 모두 통과하고, 심어 둔 실수마다 하나는 실패해야 합니다."""
    grade_learner_tests(submission)
