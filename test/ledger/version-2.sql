-- A ledger as the last version without trails and state left it: never edited.
pragma application_id = 1129791833;
CREATE TABLE "ledger_schema" ("version" bigint primary key, "applied_at" bigint not null);
CREATE TABLE "requests" ("seq" integer primary key, "id" text not null unique, "started_at" bigint not null, "facade" text not null, "client_dialect" text not null, "upstream_dialect" text not null, "alias" text not null, "provider" text not null, "model" text not null, "credential" text not null, "stream" bigint not null, "status" text not null, "error_code" text not null, "error_message" text not null, "finish_reason" text not null, "attempts" bigint not null, "first_token_us" bigint, "duration_us" bigint not null, "overhead_us" bigint not null, "input_tokens" bigint, "cache_read_tokens" bigint, "cache_write_5m_tokens" bigint, "cache_write_1h_tokens" bigint, "output_tokens" bigint, "reasoning_tokens" bigint, "input_audio_tokens" bigint, "output_audio_tokens" bigint, "usage_source" text, "usage_extensions" text, "cost_nano_usd" bigint, "price_version" text not null, "dropped" text not null, "client_request_id" text not null, "answer_id" text);
CREATE INDEX "requests_started_at" on "requests" ("started_at");
CREATE TABLE "bodies" ("seq" integer primary key references "requests" ("seq") on delete cascade, "request" blob not null, "request_encoding" text not null, "response" blob not null, "response_encoding" text not null, "truncated" bigint not null);
CREATE INDEX "requests_answer_id" on "requests" ("answer_id") where "answer_id" is not null;
insert into ledger_schema values (1, 1760000000000), (2, 1760000000000);
insert into requests values
  (1, '0199c77a-3a00-7000-8000-000000000001', 1760000000000, 'rest', 'dialect-a', 'dialect-b', 'smart', 'acme', 'large-1', 'sk-…1234', 1, 'ok', '', '', 'stop', 1, 100000, 2000000, 150, 100, 0, 0, 0, 20, 0, 0, 0, 'reported', null, 1500000, 'prices@1', '[]', '', 'resp_1'),
  (2, '0199c77a-3a01-7000-8000-000000000002', 1760000000001, 'rest', 'dialect-a', 'dialect-b', 'smart', 'acme', 'large-1', 'sk-…1234', 1, 'error', 'rate_limited', 'Too many requests.', 'stop', 1, null, 2000000, 150, null, null, null, null, null, null, null, null, null, null, null, 'prices@1', '[]', '', null);
insert into bodies values (1, x'7175657374696f6e', '', x'616e73776572', '', 0);
