{% macro on_the_day(column) %}
    {{ column }} = cast('{{ var("ds") }}' as date)
{% endmacro %}
