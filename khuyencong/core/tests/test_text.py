"""Folding and sorting are the same in Python and in the database, over real names."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from khuyencong.core.text import clean, fold, sort_key

# In dictionary order: letters of the Vietnamese alphabet first, tones after them.
NAMES = """
An Nhứt|An Ngãi|Bà Rịa|Bà Tô|Bàu Chinh|Bàu Lâm|Bình Ba|Bình Châu|Bình Giã|Bình Trung|Bông Trang|
Bưng Riềng|Châu Đức|Châu Pha|Côn Đảo|Cù Bị|Đá Bạc|Đất Đỏ|Hắc Dịch|Hòa Bình|Hòa Hiệp|Hòa Hội|
Hòa Hưng|Hồ Tràm|Kim Dinh|Kim Long|Láng Dài|Láng Lớn|Lộc An|Long Điền|Long Hải|Long Hương|
Long Mỹ|Long Phước|Long Sơn|Long Tâm|Long Toàn|Mỹ Xuân|Ngãi Giao|Nghĩa Thành|Phú Mỹ|
Phước Bửu|Phước Hải|Phước Hòa|Phước Hội|Phước Hưng|Phước Long Thọ|Phước Nguyên|Phước Tân|
Phước Thuận|Phước Tỉnh|Phước Trung|Quảng Thành|Rạch Dừa|Sông Xoài|Sơn Bình|Suối Nghệ|Suối Rao|
Tam Long|Tam Phước|Tân Hải|Tân Hòa|Tân Hưng|Tân Lâm|Tân Phước|Thắng Nhất|Thắng Nhì|
Thắng Tam|Tóc Tiên|Vũng Tàu|Xà Bang|Xuân Sơn|Xuyên Mộc
""".replace("\n", "").split("|")
PRODUCTS = [
    "Bánh tráng – Đất Đỏ", "Rượu Hòa Long", "Nước mắm “Ông Già”", "Muối ớt, 250 g", "Cơ khí 19/5",
    "Đ đ Ơ ơ Ư ư Ă ă Â â Ê ê Ô ô", "HTX DV-NN & TM Quyết Thắng", "Cà phê rang xay (nguyên chất)",
]  # fmt: skip
VIETNAMESE = st.text(
    alphabet=st.sampled_from(
        "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY"
        "áàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
        "ÁÀẢÃẠẮẰẲẴẶẤẦẨẪẬÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ 0123456789-–.,/&()"
    ),
    max_size=30,
)


def in_sql(function: str, texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(t) FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n",
            [texts],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_real_names_fold_and_sort_alike():
    texts = NAMES + PRODUCTS
    assert len(NAMES) > 60
    assert in_sql("kc_fold", texts) == [fold(text) for text in texts]
    assert in_sql("kc_sort_key", texts) == [sort_key(text) for text in texts]


@pytest.mark.django_db
def test_any_vietnamese_text_folds_and_sorts_alike():
    @settings(max_examples=60, deadline=None)
    @given(st.lists(VIETNAMESE, min_size=1, max_size=20))
    def alike(texts):
        assert in_sql("kc_fold", texts) == [fold(text) for text in texts]
        assert in_sql("kc_sort_key", texts) == [sort_key(text) for text in texts]

    alike()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("banh trang", "Bánh tráng Đất Đỏ"),
        ("dat do", "ĐẤT ĐỎ"),
        ("ong gia", "Nước mắm “Ông Già”"),
        ("bà rịa", "Ba\u0300 Ri\u0323a"),
    ],
)
def test_search_finds_without_marks(typed, stored):
    assert fold(typed) in fold(stored)


def test_order_is_that_of_the_dictionary():
    words = ["da", "đa", "dạ", "dà", "do", "dô", "dơ", "e", "ê", "ă", "a", "â", "u", "ư"]
    expected = ["a", "ă", "â", "da", "dà", "dạ", "do", "dô", "dơ", "đa", "e", "ê", "u", "ư"]
    assert sorted(words, key=sort_key) == expected
    assert sorted(["Hồ Tràm", "Hòa Hội", "Hắc Dịch", "Hòa Bình"], key=sort_key) == [
        "Hắc Dịch",
        "Hòa Bình",
        "Hòa Hội",
        "Hồ Tràm",
    ]


@given(st.text(max_size=40))
def test_clean_text_has_one_spelling(text):
    once = clean(text)
    assert clean(once) == once
    assert "  " not in once


def test_what_is_not_seen_is_not_kept():
    assert clean("Cơ\x00 sở\x1b \u202eA\u200b\ufeff\ud800\uffff") == "Cơ sở A"
    assert clean("ca\u200b\u0300 phê 👨\u200d🌾") == "cà phê 👨\u200d🌾"


def test_two_spellings_of_a_name_become_one():
    assert clean("Ho\u0300a  Bi\u0300nh ") == "Hòa Bình"
