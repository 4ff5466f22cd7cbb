"""Exports of other products, written after their documented layouts; the people are made up.

- MailChimp: one file per standing; help article "View or export contacts" (columns OPTIN_TIME …
  TAGS for all, UNSUB_* and CLEAN_* for who left or bounced).
- listmonk: header written by `ExportSubscribers` in `cmd/subscribers.go`; statuses of
  `schema.sql` ("enabled", "disabled", "blocklisted").
- Keila: contacts page, "Export CSV"; statuses of `lib/keila/contacts/schemas/contact.ex`.
- Mautic: contact export by field labels, and the "do not contact" column of its imports
  (issues 9027 and 9186).
- Brevo: contact export with `exportSubscriptionStatus` (its API's reference).
- Substack: `email_list.<publication>.csv` of the publication's export.
"""

MAILCHIMP_COLUMNS = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,"
    "CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES"
)
_PLACE = "2,2023-05-01 10:00:00,192.0.2.1,2023-05-01 10:00:00,192.0.2.1,52.1,4.3,1,2"
_ENDS = "Europe/Amsterdam,NL,ZH,2024-01-01 00:00:00,123,abcdef,"
MAILCHIMP_SUBSCRIBED = (
    f'{MAILCHIMP_COLUMNS},TAGS\r\nann@example.com,Ann,Arbor,{_PLACE},{_ENDS},"""Customer"",""VIP"""\r\n'
).encode()
MAILCHIMP_UNSUBSCRIBED = (
    f"{MAILCHIMP_COLUMNS},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,"
    "UNSUB_REASON_OTHER,TAGS\r\n"
    f"bob@example.com,Bob,,{_PLACE},{_ENDS},2024-02-01 08:00:00,March,c1,NORMAL,,\r\n"
).encode()
MAILCHIMP_CLEANED = (
    f"{MAILCHIMP_COLUMNS},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,TAGS\r\n"
    f"cyd@example.com,Cyd,,{_PLACE},{_ENDS},2024-02-01 08:00:00,March,c1,\r\n"
).encode()
_JSON = b'"{""city"": ""Delft"", ""age"": 41, ""nested"": {""a"": [1]}}"'
LISTMONK = (
    b"""uuid,email,name,attributes,status,created_at,updated_at
2f1b4d1e-0000-4000-8000-000000000001,ann@example.com,Ann Arbor,%s,enabled,2024-01-01,2024-01-02
2f1b4d1e-0000-4000-8000-000000000002,bob@example.com,Bob,{},disabled,2024-01-01,2024-01-02
2f1b4d1e-0000-4000-8000-000000000003,cyd@example.com,Cyd,{},blocklisted,2024-01-01,2024-01-02
"""
    % _JSON
)
KEILA = b"""Email,First name,Last name,Data,Status,External ID
ann@example.com,Ann,Arbor,"{""city"": ""Delft""}",active,
bob@example.com,Bob,,,unsubscribed,
cyd@example.com,Cyd,,,unreachable,17
"""
MAUTIC = b"""id,First Name,Last Name,Email,Do Not Contact,Company
1,Ann,Arbor,ann@example.com,0,Acme
2,Bob,,bob@example.com,1,
3,Cyd,,cyd@example.com,2,
"""
BREVO = b"""CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;EMAIL_MARKETING;ADDED_TIME;MODIFIED_TIME
1;ann@example.com;Ann;Arbor;31600000000;Subscribed;01-05-2023 10:00:00;01-05-2023 10:00:00
2;bob@example.com;Bob;;;Unsubscribed;01-05-2023 10:00:00;01-05-2023 10:00:00
3;cyd@example.com;Cyd;;;Blocklisted;01-05-2023 10:00:00;01-05-2023 10:00:00
"""
SUBSTACK = b"""email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
ann@example.com,true,2026-12-01T00:00:00.000Z,yearly,false,2024-01-15T10:00:00.000Z,
bob@example.com,false,,other,true,2024-01-15T10:00:00.000Z,
"""
