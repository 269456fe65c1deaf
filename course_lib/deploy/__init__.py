"""배포: 한 컴퓨터에서 진짜로 띄우는 구성(topology)과, 그것을 그대로 옮긴 Compose·Kubernetes 파일.

    project/        배포하는 폴더 통째. 복사해서 내 것으로 고쳐 써도 된다
    grading/        학급 채점을 여러 컴퓨터로: Celery 일꾼의 설정, Kubernetes 파일, 이미지(course_lib/grading/executors.py)
    topology.py     구성을 띄우고, 죽이고, 끝낸다
    demo.py         `course deploy-demo`가 차례로 하는 일
    validate.py     Compose, Kubernetes, Dockerfile을 도커 없이 검사한다
"""
