-- How tickets end: solved at once, later, by the automation after a week of silence, or never; reopened; closed.

create table ending as
with mode as (
    select
        *,
        coalesce(postscript_at, anchor_3) as last_word_at,
        case
            when u(no, 'ending') < 0.62 then 'at once' when u(no, 'ending') < 0.86 then 'later'
            when u(no, 'ending') < 0.985 then 'silence' else 'never'
        end as ending_mode
    from conversation
),

solved as (
    select
        *,
        case
            when last_word_at is null then coalesce(bot_solved_at, given_up_at, silently_solved_at)
            when ending_mode = 'at once' then last_word_at
            when ending_mode = 'later' then advance(last_word_at, around(no, 'later', 9000, 1.0), always)
            when ending_mode = 'silence' then last_word_at + 604800
        end as solve_1_at
    from mode
),

-- only what a person answered comes back, some of it after the window of 14 days
coming_back as (
    select
        *,
        case when last_word_at is not null
            and u(no, 'reopens') < 0.06 + 0.05 * (ending_mode = 'silence')::int + 0.03 * (resumed_at is not null)::int
            then solve_1_at + 300 + around(no, 'reopened', 120000, 1.3) end as comes_back_at
    from solved
),

reopened as (
    select
        * exclude (comes_back_at),
        case when comes_back_at < solve_1_at + 19 * 86400 then comes_back_at end as reopen_1_at
    from coming_back
),

answered_again as (
    select *, advance(reopen_1_at, around(no, 'again', 7200 * slowness, 0.9), always) as reanswered_1_at
    from reopened
),

solved_again as (
    select *, case when u(no, 'solved again') < 0.86 then reanswered_1_at end as solve_2_at
    from answered_again
),

coming_again as (
    select
        *,
        case when u(no, 'reopens twice') < 0.12 then solve_2_at + 300 + around(no, 'reopened 2', 130000, 1.0) end
            as comes_again_at
    from solved_again
),

reopened_again as (
    select
        * exclude (comes_again_at),
        case when comes_again_at < solve_2_at + 19 * 86400 then comes_again_at end as reopen_2_at
    from coming_again
),

solved_at_last as (
    select *, advance(reopen_2_at, around(no, 'again 2', 7200 * slowness, 0.9), always) as solve_3_at
        from reopened_again
),

last_solved as (
    select
        *,
        case when reopen_2_at is not null then solve_3_at when reopen_1_at is not null then solve_2_at
            else solve_1_at end
            as last_solve_at
    from solved_at_last
)

-- closed by the automation in the night after 20 days; merged, spam and deleted tickets on the way
select
    *,
    case when not is_normal then coalesce(assigned_at, moment) + 60 + around(no, 'sorted out', 1800, 0.8)
        else ((last_solve_at + 20 * 86400) // 86400 + 1) * 86400 + 3 * 3600 + no % 600 end as closed_at
from last_solved;
