"""Sentence templates of the allocation, in both languages."""

from __future__ import annotations

from layers.base.language import Phrase

__all__ = ["TEMPLATES"]

#: Every sentence of the allocation. Floats are hectares, whole numbers counts or years.
TEMPLATES: dict[str, Phrase] = {
    "reached": Phrase(
        en="{zone}: reached by {year}. {present} ha today and {planned} ha added make {end} ha.",
        vi="{zone}: đạt vào năm {year}. Hiện có {present} ha, trồng thêm {planned} ha, thành "
        "{end} ha.",
    ),
    "reached_already": Phrase(
        en="{zone}: {end} ha today is enough for {year}; nothing needs to be added.",
        vi="{zone}: hiện có {end} ha, đã đủ cho năm {year}; không cần trồng thêm.",
    ),
    "reached_lost": Phrase(
        en="{zone}: reached by {year}. {present} ha today, less {lost} ha lost, and {planned} ha "
        "added make {end} ha.",
        vi="{zone}: đạt vào năm {year}. Hiện có {present} ha, mất {lost} ha, trồng thêm {planned} "
        "ha, thành {end} ha.",
    ),
    "above": Phrase(
        en="{zone}: {end} ha by {year} is {surplus} ha above the upper end of {high} ha; nothing "
        "is taken away.",
        vi="{zone}: {end} ha vào năm {year}, vượt mức trên {high} ha là {surplus} ha; không giảm "
        "diện tích nào.",
    ),
    "short": Phrase(
        en="{zone} lacks {short} ha of {low} ha by {year}: {present} ha today, {planned} ha added.",
        vi="{zone} còn thiếu {short} ha so với {low} ha vào năm {year}: hiện có {present} ha, "
        "trồng thêm {planned} ha.",
    ),
    "short_lost": Phrase(
        en="{zone} lacks {short} ha of {low} ha by {year}: {present} ha today, {lost} ha lost, "
        "{planned} ha added.",
        vi="{zone} còn thiếu {short} ha so với {low} ha vào năm {year}: hiện có {present} ha, mất "
        "{lost} ha, trồng thêm {planned} ha.",
    ),
    "off_list": Phrase(
        en="{zone}: {off} of the {planned} ha added go to {communes} communes that the plan does "
        "not list. What stops the listed ones: {limits}.",
        vi="{zone}: {off} trong {planned} ha trồng thêm giao cho {communes} xã không có trong danh "
        "sách của kế hoạch. Giới hạn ở các xã trong danh sách: {limits}.",
    ),
    "clause": Phrase(en="Asked for in clause {clause}.", vi="Theo mục {clause}."),
    "own_limits": Phrase(
        en="It asks for {need} ha more, but the communes it may use ({communes}) can take at most "
        "{capacity} ha.",
        vi="Cần thêm {need} ha, nhưng {communes} xã được phép chỉ nhận được nhiều nhất "
        "{capacity} ha.",
    ),
    "own_limits_listed": Phrase(
        en="It asks for {need} ha more, but the communes on its list ({communes}) can take at most "
        "{capacity} ha.",
        vi="Cần thêm {need} ha, nhưng {communes} xã trong danh sách chỉ nhận được nhiều nhất "
        "{capacity} ha.",
    ),
    "enough_alone": Phrase(
        en="On its own it could take {capacity} ha, enough for the {need} ha it asks for.",
        vi="Nếu chỉ riêng vùng này thì nhận được {capacity} ha, đủ cho {need} ha cần thêm.",
    ),
    "taken": Phrase(
        en="{taken} ha of that go to zones that need the same land or pace: {others}.",
        vi="Trong đó {taken} ha dành cho các vùng cần cùng đất hoặc cùng tốc độ trồng: {others}.",
    ),
    "taken_by_rules": Phrase(
        en="{taken} ha of that cannot be used together with other wishes of the plan ({others}).",
        vi="Trong đó {taken} ha không dùng được cùng lúc với yêu cầu khác của kế hoạch ({others}).",
    ),
    "used_up": Phrase(
        en="What stops these communes: {limits}.", vi="Giới hạn ở các xã này: {limits}."
    ),
    "nowhere": Phrase(
        en="No commune can take any of it: {limits}.", vi="Không xã nào trồng được: {limits}."
    ),
    "limit_no_land": Phrase(
        en="no suitable land in {communes}", vi="{communes} xã không có đất phù hợp"
    ),
    "limit_lock": Phrase(en="a lock in {communes}", vi="{communes} xã bị khóa"),
    "limit_list": Phrase(en="the closed list in {communes}", vi="{communes} xã ngoài danh sách"),
    "limit_ceiling": Phrase(
        en="an upper end reached in {communes}", vi="{communes} xã đã tới mức trên"
    ),
    "limit_land": Phrase(
        en="all suitable land planted in {communes}", vi="{communes} xã đã hết đất phù hợp"
    ),
    "limit_pace": Phrase(
        en="the zone's yearly pace in {communes}", vi="{communes} xã hết tốc độ trồng của vùng"
    ),
    "limit_commune_pace": Phrase(
        en="the commune's yearly pace in {communes}", vi="{communes} xã hết tốc độ trồng chung"
    ),
    "limit_zone_pace": Phrase(
        en="the plan's yearly figure in {communes}", vi="{communes} xã vướng mức hằng năm của vùng"
    ),
    "limit_province_pace": Phrase(
        en="the yearly figure of all in {communes}", vi="{communes} xã vướng mức hằng năm chung"
    ),
    "limit_target": Phrase(en="nothing in {communes}", vi="{communes} xã không vướng giới hạn nào"),
    "others_could": Phrase(
        en="The other communes could give {other} ha more.",
        vi="Các xã khác có thể nhận thêm {other} ha.",
    ),
    "unmet_pace_low": Phrase(
        en="{zone}: {wanted} ha asked for in {year}, {short} ha of it cannot be planted.",
        vi="{zone}: năm {year} yêu cầu {wanted} ha, trong đó {short} ha không trồng được.",
    ),
    "unmet_must": Phrase(
        en="{zone} in {commune}: {wanted} ha locked in, {short} ha of it cannot be planted.",
        vi="{zone} tại {commune}: khóa {wanted} ha, trong đó {short} ha không trồng được.",
    ),
    "repair_open_list": Phrase(
        en="Open the list of {zone} to all communes: all shortfalls together shrink by {gain} ha "
        "to {left} ha.",
        vi="Mở danh sách của {zone} cho mọi xã: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_list_commune": Phrase(
        en="Add {commune} to the list of {zone}: all shortfalls together shrink by {gain} ha to "
        "{left} ha.",
        vi="Thêm {commune} vào danh sách của {zone}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_pace": Phrase(
        en="Raise the pace of {commune} by {change} ha a year: all shortfalls together shrink by "
        "{gain} ha to {left} ha.",
        vi="Nâng tốc độ trồng của {commune} thêm {change} ha mỗi năm: tổng thiếu hụt giảm {gain} "
        "ha, còn {left} ha.",
    ),
    "repair_pace_figure": Phrase(
        en="Raise the yearly figure of the plan by {change} ha: all shortfalls together shrink by "
        "{gain} ha to {left} ha.",
        vi="Nâng mức hằng năm của kế hoạch thêm {change} ha: tổng thiếu hụt giảm {gain} ha, còn "
        "{left} ha.",
    ),
    "repair_pace_all": Phrase(
        en="Lift the pace in all communes where it binds {zone}: all shortfalls together shrink by "
        "{gain} ha to {left} ha.",
        vi="Bỏ giới hạn tốc độ trồng ở mọi xã đang vướng của {zone}: tổng thiếu hụt giảm {gain} "
        "ha, còn {left} ha.",
    ),
    "repair_source": Phrase(
        en="Let {zone} use {source}: all shortfalls together shrink by {gain} ha to {left} ha.",
        vi="Cho {zone} dùng {source}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_lock": Phrase(
        en="Lift the locks that bar {zone}: all shortfalls together shrink by {gain} ha to {left} "
        "ha.",
        vi="Bỏ các khóa cấm {zone}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_year": Phrase(
        en="Move the target of {zone} to {year}: all shortfalls together shrink by {gain} ha to "
        "{left} ha.",
        vi="Lùi chỉ tiêu của {zone} đến năm {year}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_floor": Phrase(
        en="Lower the target of {zone} to {low} ha: all shortfalls together shrink by {gain} ha to "
        "{left} ha.",
        vi="Hạ chỉ tiêu của {zone} xuống {low} ha: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "smallest": Phrase(
        en="The smallest of these that closes the gap alone: {repair}.",
        vi="Phương án nhỏ nhất tự bù đủ phần thiếu: {repair}.",
    ),
    "exchange": Phrase(
        en="One more hectare of {zone} costs {rate} ha of {other}.",
        vi="Thêm một héc-ta {zone} thì mất {rate} ha {other}.",
    ),
    "exchange_free": Phrase(
        en="One more hectare of {zone} costs no other target anything.",
        vi="Thêm một héc-ta {zone} không làm giảm chỉ tiêu nào khác.",
    ),
    "exchange_none": Phrase(
        en="One more hectare of {zone} cannot be had from any other zone.",
        vi="Không thể có thêm một héc-ta {zone} bằng cách bớt vùng nào khác.",
    ),
    "exchange_cover": Phrase(
        en="A hundred more hectares of {zone} change the forest cover rate by {points} points.",
        vi="Thêm một trăm héc-ta {zone} làm tỷ lệ che phủ rừng thay đổi {points} điểm phần trăm.",
    ),
    "exchange_free_each": Phrase(
        en="One more hectare of any of these costs no other target anything: {zones}.",
        vi="Thêm một héc-ta của mỗi vùng sau không làm giảm chỉ tiêu nào khác: {zones}.",
    ),
    "exchange_none_each": Phrase(
        en="One more hectare of any of these cannot be had from any other zone: {zones}.",
        vi="Không thể có thêm một héc-ta của mỗi vùng sau bằng cách bớt vùng nào khác: {zones}.",
    ),
    "exchange_cover_each": Phrase(
        en="A hundred more hectares of any of these change the forest cover rate by {points} "
        "points: {zones}.",
        vi="Thêm một trăm héc-ta của mỗi vùng sau làm tỷ lệ che phủ rừng thay đổi {points} điểm "
        "phần trăm: {zones}.",
    ),
    "chain_answer": Phrase(
        en="{zone} in {commune}: {planned} ha added by {year} ({years}); {present} ha today, "
        "{lost} ha lost, {end} ha then.",
        vi="{zone} tại {commune}: trồng thêm {planned} ha đến năm {year} ({years}); hiện có "
        "{present} ha, mất {lost} ha, khi đó có {end} ha.",
    ),
    "chain_answer_kept": Phrase(
        en="{zone} in {commune}: {planned} ha added by {year} ({years}); {present} ha today, "
        "{end} ha then.",
        vi="{zone} tại {commune}: trồng thêm {planned} ha đến năm {year} ({years}); hiện có "
        "{present} ha, khi đó có {end} ha.",
    ),
    "chain_answer_none": Phrase(
        en="{zone} in {commune}: nothing is added; {present} ha today.",
        vi="{zone} tại {commune}: không trồng thêm; hiện có {present} ha.",
    ),
    "chain_why_more": Phrase(en="Why not more: {limit}.", vi="Vì sao không nhiều hơn: {limit}."),
    "chain_why_none": Phrase(en="Why nothing: {limit}.", vi="Vì sao không trồng: {limit}."),
    "chain_target": Phrase(
        en="The plan (clause {clause}) asks for {low} ha by {year}; the zone has "
        "{present} ha today, so {need} ha are to be added; {planned} ha are.",
        vi="Kế hoạch (mục {clause}) giao {low} ha vào năm {year}; vùng hiện có "
        "{present} ha nên cần trồng thêm {need} ha; đã giao cho các xã {planned} ha.",
    ),
    "chain_target_lost": Phrase(
        en="The plan (clause {clause}) asks for {low} ha by {year}; the zone has "
        "{present} ha today and loses {lost} ha, so {need} ha are to be added; {planned} ha are.",
        vi="Kế hoạch (mục {clause}) giao {low} ha vào năm {year}; vùng hiện có "
        "{present} ha, mất {lost} ha nên cần trồng thêm {need} ha; đã giao cho các xã {planned} "
        "ha.",
    ),
    "chain_ceiling": Phrase(
        en="The plan (clause {clause}) allows at most {high} ha by {year}; the "
        "zone has {present} ha today.",
        vi="Kế hoạch (mục {clause}) cho phép không quá {high} ha vào năm "
        "{year}; vùng hiện có {present} ha.",
    ),
    "chain_listed": Phrase(
        en="{commune} is on the plan's list for {zone}.",
        vi="{commune} có trong danh sách của kế hoạch cho {zone}.",
    ),
    "chain_off_open": Phrase(
        en="{commune} is not on the plan's list for {zone}; the list is open, so it is used after "
        "the listed ones.",
        vi="{commune} không có trong danh sách của kế hoạch cho {zone}; danh sách mở nên xã này "
        "xếp sau các xã trong danh sách.",
    ),
    "chain_off_closed": Phrase(
        en="{commune} is not on the plan's list for {zone}, and the list is closed.",
        vi="{commune} không có trong danh sách của kế hoạch cho {zone}, và danh sách là đóng.",
    ),
    "chain_province": Phrase(
        en="The plan lists no communes for {zone}: every commune may take it.",
        vi="Kế hoạch không nêu danh sách xã cho {zone}: mọi xã đều được trồng.",
    ),
    "chain_lock_must": Phrase(
        en="A lock asks for at least {area} ha of {zone} here.",
        vi="Có khóa: phải trồng ít nhất {area} ha {zone} tại đây.",
    ),
    "chain_lock_may": Phrase(
        en="A lock allows {zone} here, whatever the list says.",
        vi="Có khóa: được trồng {zone} tại đây dù danh sách thế nào.",
    ),
    "chain_lock_must_not": Phrase(
        en="A lock bars {zone} here.", vi="Có khóa: không được trồng {zone} tại đây."
    ),
    "chain_land": Phrase(
        en="{source} in {commune}: {area} ha can be used (from {origin}), suitability "
        "{suitability} %; {mine} ha go to {zone}, {others} ha to other zones, {left} ha are left.",
        vi="{source} tại {commune}: dùng được {area} ha (theo {origin}), mức phù hợp "
        "{suitability} %; giao {mine} ha cho {zone}, {others} ha cho vùng khác, còn {left} ha.",
    ),
    "chain_no_land": Phrase(
        en="{commune} has no land that suits {zone}.",
        vi="{commune} không có đất phù hợp với {zone}.",
    ),
    "chain_pace": Phrase(
        en="{commune} can plant at most {most} ha of {zone} a year; {used} ha in the fullest year.",
        vi="{commune} trồng được tối đa {most} ha {zone} mỗi năm; năm nhiều nhất giao {used} ha.",
    ),
    "chain_commune_pace": Phrase(
        en="{commune} can plant at most {most} ha a year of all zones together; {used} ha in the "
        "fullest year.",
        vi="{commune} trồng được tối đa {most} ha mỗi năm cho mọi vùng cộng lại; năm nhiều nhất "
        "giao {used} ha.",
    ),
    "chain_zone_pace": Phrase(
        en="The plan allows at most {most} ha of {zone} a year in the whole province.",
        vi="Kế hoạch cho phép tối đa {most} ha {zone} mỗi năm trên toàn tỉnh.",
    ),
    "chain_fair_both": Phrase(
        en="Of all zones together {commune} gets {all} ha of new planting (its fair share, by the "
        "land it has: {fair} ha) and {under} ha on land that bears trees already (fair share: "
        "{fair_under} ha); the two are not added up.",
        vi="Cộng mọi vùng, {commune} được giao {all} ha trồng mới (phần chia đều theo diện tích "
        "đất của xã: {fair} ha) và {under} ha trên đất đang có cây (phần chia đều: {fair_under} "
        "ha); hai diện tích này không cộng với nhau.",
    ),
    "chain_fair": Phrase(
        en="Of all zones together {commune} gets {all} ha; its fair share, by the land it has, is "
        "{fair} ha.",
        vi="Cộng mọi vùng, {commune} được giao {all} ha; phần chia đều theo diện tích đất của xã "
        "là {fair} ha.",
    ),
}
