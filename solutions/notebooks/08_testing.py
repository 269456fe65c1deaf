# 08_testing의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [8-1]
caught_by = {"E"}

check("8-1", caught_by)

# %% [8-2]
def test_same_order_counts_once():
    got = sales.customer_totals(orders(
        (1, "하나", 4500, "완료"), (1, "하나", 4500, "완료"), (2, "하나", 4500, "완료"),
    ))
    assert got["total"].tolist() == [9000]


check("8-2", test_same_order_counts_once)

# %% [8-3]
def test_only_completed():
    got = sales.customer_totals(orders(
        (1, "하나", 4500, "완료"), (2, "하나", 100, "취소"), (3, "하나", 20, "환불"),
    ))
    assert got["total"].tolist() == [4500]


def test_unknown_customers_are_one():
    got = sales.customer_totals(orders((1, None, 4500, "완료"), (2, None, 5000, "완료")))
    want = pd.DataFrame({"customer": ["비회원"], "order_count": [2], "total": [9500]})
    assert_frame_equal(got, want)


def test_order_of_rows():
    got = sales.customer_totals(orders(
        (1, "다", 100, "완료"), (2, "나", 300, "완료"), (3, "가", 100, "완료"),
    ))
    assert got["customer"].tolist() == ["나", "가", "다"]


def test_no_orders():
    got = sales.customer_totals(orders())
    assert list(got.columns) == ["customer", "order_count", "total"] and got.empty


tests = [
    test_adds_up_each_customer, test_same_order_counts_once, test_only_completed,
    test_unknown_customers_are_one, test_order_of_rows, test_no_orders,
]

check("8-3", tests)

# %% [8-4]
answers = {
    "상속한 가짜, 런": 0,
    "상속한 가짜, 직접": 0,
    "보통 가짜, 런": 2,
}

check("8-4", answers)

# %% [8-5]
class MyS3:
    def __init__(self):
        self.objects = {}

    def put_parquet(self, key, df):
        self.objects[key] = df.copy()

    def get_parquet(self, key):
        return self.objects[key].copy()


check("8-5", MyS3)

# %% [8-6]
with_files = 1000
with_memory = 0

check("8-6", with_files, with_memory)

# %% [8-7]
def test_days_live_apart():
    till = FakeTill(("2024-01-15", 4500), ("2024-01-16", 9000))
    assert stored(["2024-01-15", "2024-01-16"], till) == {"2024-01-15": [4500], "2024-01-16": [9000]}


check("8-7", test_days_live_apart)

# %% [8-8]
def test_schedule():
    assert requested("2024-01-16 02:00") == ["2024-01-15"]
    assert requested("2024-03-01 02:00") == ["2024-02-29"]
    assert requested("2024-01-01 02:00") == []


check("8-8", test_schedule)
