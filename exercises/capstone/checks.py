"""두 자산 검사.

rows_belong_to_day   raw_page_views의 모든 행이 그날(00:00부터 24:00 앞까지, UTC)의 것이다. 아니면 멈춘다(blocking):
                     같은 런의 cleaned_page_views가 만들어지지 않는다.
enough_views         weekly_page_report의 views를 모두 더해 FEWEST_VIEWS 이상이다. 아니면 알리기만 한다(WARN):
                     런은 성공하고 보고서도 남는다.

파티션이 있는 자산을 @dg.asset_check로 따로 검사하면 하루가 아니라 모든 날이 건네진다. 검사의 이름은 자산의 check_specs에,
결과는 dg.MaterializeResult(check_results=[...])에 담는 편이 쉽다. 그 자산의 함수에는 반환형을 적지 않는다: `-> dg.MaterializeResult`라고
적으면 Dagster가 값이 없는 자산으로 읽어, 값을 내는 순간 런이 멈춘다.
"""

FEWEST_VIEWS = 10
