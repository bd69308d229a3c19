-- The improvements the company is working on. The dates of planted effects come from parameters.py.

create table initiative (
    id varchar, name varchar, kpi varchar, start_at varchar, end_at varchar, department varchar, scope varchar,
    target double, phase varchar, milestones varchar
);
insert into initiative values
    ('IN-1', 'Round-the-clock triage in Technical Support', 'first_response_minutes',
     iso(getvariable('faster_from')), null, 'Product',
     '{"team": ["TM-TECH"]}', 30, 'running',
     '[{"name": "shift plan agreed", "at": "2025-09-15"}, {"name": "live", "at": "2025-10-01"}]'),
    ('IN-2', 'New reply templates in Billing', 'full_resolution_minutes',
     iso(getvariable('nothing_from')), null, 'Finance',
     '{"team": ["TM-BILL"]}', 900, 'running', '[{"name": "templates released", "at": "2025-11-03"}]'),
    ('IN-3', 'Shorter calls', 'handle_minutes', iso(getvariable('calls_from')), null, 'Customer Service',
     '{"channel": ["phone"]}', 5, 'running', '[{"name": "guideline in force", "at": "2026-02-02"}]'),
    ('IN-4', 'Spare lamps at the counter', 'first_contact_resolution_rate', '2026-06-22T06:00:00Z', null, 'Sales',
     '{"channel": ["in_person"], "product": ["Smart Lamp"]}', 0.8, 'pilot', '[]'),
    ('IN-5', 'Carrier portal for Logistics Care', 'on_hold_minutes',
     '2026-09-01T06:00:00Z', '2026-12-31T22:59:59Z', 'Logistics',
     '{"team": ["TM-LOG"]}', 600, 'planned', '[{"name": "contract signed", "at": "2026-08-01"}]');
