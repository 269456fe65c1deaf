# 00_start의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [0-1]
@dg.asset
def order_count(orders: pd.DataFrame) -> int:
    """주문의 수."""
    return len(orders)


check("0-1", order_count)

# %% [0-2]
answer = "B"

check("0-2", answer)
