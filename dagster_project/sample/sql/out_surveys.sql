-- The survey tool's export: one wide row per questionnaire sent or answered.

create view clean_questionnaires as
select
    questionnaire_no as _no, questionnaire_no as _moment, response_id as _key,
    response_id as "Questionnaire", survey_id as "Survey", answer_no::varchar as "AnswerNo",
    invitation_id as "Invitation",
    customer_key(customer) as "Customer", ticket_key(no) as "Ticket", agent_key(agent) as "Agent",
    iso(sent_at) as "SentAt",
    delivered::varchar as "Delivered", iso(responded_at) as "AnsweredAt",
    if(questionnaire.language = 'zh', 'zh-CN', 'en') as "Language",
    overall::varchar as "Overall", response_speed::varchar as "Speed", service_quality::varchar as "Quality",
    problem_solving::varchar as "ProblemSolving", attitude::varchar as "Attitude", knowledge::varchar as "Knowledge",
    recommend::varchar as "Recommend", effort::varchar as "Effort",
    case when comments then phrase.words end as "Comment"
from questionnaire
left join phrase
    on phrase.use = 'comment' and phrase.tongue = questionnaire.language and phrase.slot = slot(k, 'comment')
    and phrase.tone = case
        when coalesce(overall, recommend / 2) <= 2 then 'negative'
        when coalesce(overall, recommend / 2) < 4 then 'neutral'
        else 'positive'
    end;

-- Dirty invitations carry no answers, dirty answers (ANSWER-…) no invitation: so that each is wrong once.
create table dirty_questionnaires as
with wrong as (
    select
        clean.*, starts_with(code, 'ANSWER-') as is_answer, replace(code, 'ANSWER-', '') as defect, chosen.i,
        dirty_key(_key, replace(code, 'ANSWER-', ''), i) as key, code
    from chosen(
        'questionnaires',
        ['REQ', 'DATE', 'BOOL', 'FUTURE', 'ANCIENT', 'DUP',
         'ANSWER-DATE', 'ANSWER-NUMBER', 'ANSWER-FUTURE', 'ANSWER-ANCIENT', 'ANSWER-ORPHAN'],
        (select count(*) from questionnaire)
    ) as chosen
    join clean_questionnaires as clean on clean._no = chosen.no
)

select
    * exclude (_no, is_answer, defect, i, key, code) replace (
        if(is_answer, 'DIRTY-ANSWER-' || defect || '-' || i, key) as _key,
        if(is_answer, 'DIRTY-ANSWER-' || defect || '-' || i, key) as "Questionnaire",
        case when defect = 'DUP' then "AnswerNo" when is_answer then '2' else '1' end as "AnswerNo",
        case when defect = 'ORPHAN' then 'DIRTY-I-404-' || i when is_answer or defect = 'DUP' then "Invitation"
            else key end as "Invitation",
        if(defect = 'REQ', null, "Customer") as "Customer",
        if(defect = 'BOOL', 'perhaps', "Delivered") as "Delivered",
        if(is_answer, "SentAt", wrong_instant(defect, "SentAt")) as "SentAt",
        case when is_answer then wrong_instant(defect, "SentAt") when defect = 'DUP' then "AnsweredAt" end as "AnsweredAt",
        case when defect = 'DUP' then "Overall" when defect = 'NUMBER' then 'zehn' when is_answer then '3' end as "Overall",
        if(defect = 'DUP', "Speed", null) as "Speed", if(defect = 'DUP', "Quality", null) as "Quality",
        if(defect = 'DUP', "ProblemSolving", null) as "ProblemSolving",
        if(defect = 'DUP', "Attitude", null) as "Attitude",
        if(defect = 'DUP', "Knowledge", null) as "Knowledge", if(defect = 'DUP', "Recommend", null) as "Recommend",
        if(defect = 'DUP', "Effort", null) as "Effort", if(defect = 'DUP', "Comment", null) as "Comment"
    ),
    code as _why
from wrong;
