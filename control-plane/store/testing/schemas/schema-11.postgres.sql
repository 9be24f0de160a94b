BEGIN;







CREATE TABLE public.account (
    id text NOT NULL,
    created_at text NOT NULL,
    version bigint NOT NULL,
    log_count bigint NOT NULL,
    secret text,
    log_hash text,
    epoch text DEFAULT ''::text NOT NULL,
    space_hash text
);



CREATE TABLE public.account_log (
    account text NOT NULL,
    seq bigint NOT NULL,
    at text NOT NULL,
    actor_name text NOT NULL,
    actor_token text NOT NULL,
    event text NOT NULL,
    detail text NOT NULL,
    address text,
    comment text,
    hash text DEFAULT ''::text NOT NULL
);



CREATE TABLE public.app (
    account text NOT NULL,
    id text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    client_side_default bigint NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    updated_by text NOT NULL,
    version bigint NOT NULL,
    flag_count bigint NOT NULL,
    entry_count bigint NOT NULL,
    last_hash text,
    last_at text,
    deleted_at text COLLATE pg_catalog."C",
    deleted_name text,
    kept_until text COLLATE pg_catalog."C",
    epoch text DEFAULT ''::text NOT NULL,
    tests text DEFAULT 'warn'::text NOT NULL
);



CREATE TABLE public.changelog (
    account text NOT NULL,
    app text NOT NULL,
    seq bigint NOT NULL,
    flag_key text NOT NULL,
    event text NOT NULL,
    version bigint NOT NULL,
    app_version bigint NOT NULL,
    at text NOT NULL COLLATE pg_catalog."C",
    actor_name text NOT NULL,
    actor_token text NOT NULL,
    comment text,
    hash text NOT NULL,
    diff text,
    after text NOT NULL,
    affects text,
    source text,
    source_app text COLLATE pg_catalog."C"
);



CREATE TABLE public.database_identity (
    identity text NOT NULL,
    older bigint NOT NULL
);



CREATE TABLE public.deleted_flag (
    account text NOT NULL,
    app text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL
);



CREATE TABLE public.environment (
    account text NOT NULL,
    project text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    app text NOT NULL,
    rank bigint NOT NULL,
    production bigint NOT NULL,
    ephemeral bigint NOT NULL,
    expires_at text COLLATE pg_catalog."C",
    announced bigint NOT NULL,
    comment_required bigint NOT NULL
);



CREATE TABLE public.flag (
    account text NOT NULL,
    app text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL,
    version bigint NOT NULL,
    enabled bigint NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    updated_by text NOT NULL,
    search text NOT NULL,
    definition text NOT NULL,
    digest text DEFAULT ''::text NOT NULL
);



CREATE TABLE public.flag_tag (
    account text NOT NULL,
    app text NOT NULL,
    tag text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE public.flag_text (
    account text NOT NULL,
    app text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    search text NOT NULL
);



CREATE TABLE public.idempotency (
    account text NOT NULL,
    app text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status bigint,
    body text,
    headers text,
    expires_at text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE public.imported (
    account text NOT NULL,
    app text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    said text NOT NULL
);



CREATE TABLE public.migration (
    name text NOT NULL,
    at text NOT NULL
);



CREATE TABLE public.outbox (
    account text NOT NULL,
    app text NOT NULL,
    version bigint NOT NULL,
    changes text NOT NULL,
    hash text,
    parent text
);



CREATE TABLE public.project (
    account text NOT NULL,
    id text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    created_at text NOT NULL,
    updated_at text NOT NULL,
    updated_by text NOT NULL
);



CREATE TABLE public.reference (
    account text NOT NULL,
    app text NOT NULL,
    from_kind text NOT NULL,
    from_key text NOT NULL COLLATE pg_catalog."C",
    place text NOT NULL,
    rule text,
    to_kind text NOT NULL,
    to_key text NOT NULL COLLATE pg_catalog."C",
    variations text NOT NULL
);



CREATE TABLE public.reporter (
    account text NOT NULL,
    app text NOT NULL,
    reporter text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    at text NOT NULL
);



CREATE TABLE public.saved_context (
    account text NOT NULL,
    app text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    context text NOT NULL,
    updated_at text NOT NULL,
    updated_by text NOT NULL
);



CREATE TABLE public.segment (
    account text NOT NULL,
    app text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    updated_by text NOT NULL,
    search text NOT NULL,
    definition text NOT NULL,
    digest text DEFAULT ''::text NOT NULL
);



CREATE TABLE public.session (
    hash text NOT NULL,
    account text NOT NULL,
    token_id text NOT NULL,
    created_at text NOT NULL,
    expires_at text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE public.sign_in_link (
    hash text NOT NULL,
    account text NOT NULL,
    token_id text NOT NULL,
    expires_at text NOT NULL COLLATE pg_catalog."C",
    created_by text
);



CREATE TABLE public.tally (
    account text NOT NULL,
    app text NOT NULL,
    flag text NOT NULL COLLATE pg_catalog."C",
    day text NOT NULL COLLATE pg_catalog."C",
    variation text NOT NULL,
    reason text NOT NULL,
    kind text NOT NULL,
    hours text NOT NULL
);



CREATE TABLE public.token (
    id text NOT NULL,
    account text NOT NULL,
    hash text NOT NULL,
    name text NOT NULL,
    permission text NOT NULL,
    app_ids text,
    allowed_origins text,
    expires_at text COLLATE pg_catalog."C",
    created_at text NOT NULL COLLATE pg_catalog."C",
    created_by text NOT NULL,
    last_used_at text,
    revoked_at text,
    replicated bigint NOT NULL
);



CREATE TABLE public.variation_use (
    account text NOT NULL,
    app text NOT NULL,
    flag text NOT NULL COLLATE pg_catalog."C",
    variation text NOT NULL,
    evaluated_at text,
    delivered_at text
);



INSERT INTO public.account VALUES ('acme', '2026-01-02T00:00:00.000Z', 9, 14, 'a secret of the fixture', '92e41a6c51e8d6e484f648d659a6fc8605e80dd0d5e13edc3881ca85dd42a573', '1767312000000-6fc4cb30acef8ad4', '354941fe9ad1eee3d13b447cf63b5a4166b1ebde099ce5a22b772802b2408119');



INSERT INTO public.account_log VALUES ('acme', 1, '2026-01-02T00:00:00.000Z', 'ann', 'token-ann', 'app_created', '{"app":"app-1","name":"shop","client_side_default":true,"tests":"warn"}', NULL, NULL, '03af84957075a6f05e6cb6b1328a3337b17a5fba14ef8885ec409b9f508b771d');
INSERT INTO public.account_log VALUES ('acme', 2, '2026-01-02T00:00:05.000Z', 'ann', 'token-ann', 'token_created', '{"token":"tok-ann","name":"ann","permission":"admin","app_ids":null,"allowed_origins":null,"expires_at":null,"fingerprint":"95adbc23d28265a679d11852dc07a06d88a3ec3122b8a9854ffb47a01058ace1"}', NULL, NULL, 'f921e86d76f01f46deb8bdd3441100bd054379ca3fce28b3b2c5d7f984cb0276');
INSERT INTO public.account_log VALUES ('acme', 3, '2026-01-02T00:00:05.000Z', 'ann', 'token-ann', 'token_created', '{"token":"tok-web","name":"tok-web","permission":"evaluate","app_ids":["app-1"],"allowed_origins":["https://shop.example"],"expires_at":"2036-01-01T00:00:00.000Z","fingerprint":"7b07da7980370a0e60e5514142fb722e5fd5c2c628cf6eb8924e1f939390cadf"}', NULL, NULL, '276aadbc65abe05675fa1020ba6d8da68222bdde7732defb50889e3b9f92f5d4');
INSERT INTO public.account_log VALUES ('acme', 4, '2026-01-02T00:00:05.000Z', 'ann', 'token-ann', 'token_created', '{"token":"tok-old","name":"tok-old","permission":"evaluate","app_ids":null,"allowed_origins":null,"expires_at":null,"fingerprint":"1cd4947af353fd1b040db67cdc52cda546f6b01870578659cb73a078680d0e5e"}', NULL, NULL, '94a2a991dbfa17f692be32b15ba93137026c7308fce3cd157ff611df5fca8a75');
INSERT INTO public.account_log VALUES ('acme', 5, '2026-01-02T00:00:06.000Z', 'ann', 'token-ann', 'token_revoked', '{"token":"tok-old","name":"tok-old","permission":"evaluate"}', NULL, NULL, 'fb9b618a3c195e393146ec11c9c6cffd6b3972981d8edc39b7164c459cf436dc');
INSERT INTO public.account_log VALUES ('acme', 6, '2026-01-02T00:00:07.000Z', 'ann', 'tok-ann', 'signed_in', '{"token":"tok-ann","name":"ann","by":"token","session":"s","expires_at":"2026-01-02T23:53:20.000Z"}', '203.0.113.7', NULL, '8a5f6addd8e40b64309ad25caf34375ca8452537b51cad76288a065e064dac3a');
INSERT INTO public.account_log VALUES ('acme', 7, '2026-01-02T00:00:08.000Z', 'ann', 'token-ann', 'link_created', '{"token":"tok-ann","name":"ann","link":"l","expires_at":"2026-01-02T23:53:20.000Z"}', NULL, NULL, 'deeb35b185f97044381e42f4ee37d7172ea6374ae19a99727cbff00136df1ee1');
INSERT INTO public.account_log VALUES ('acme', 8, '2026-01-02T00:00:09.000Z', 'ann', 'token-ann', 'app_created', '{"app":"app-2","name":"old","client_side_default":false,"tests":"warn"}', NULL, NULL, '2d91a3ffa69bdad4547f8e18073ce8f35c0ff538843e0bfeeb16a34085524b92');
INSERT INTO public.account_log VALUES ('acme', 9, '2026-01-02T00:00:11.000Z', 'ann', 'token-ann', 'app_deleted', '{"app":"app-2","name":"old","version":1,"flags":1,"entries":1,"last_hash":"f9f8381d153c8f586d650eb8c164abca81c326f28fef662992bf5db58acf9cdf","kept_until":"2027-02-06T00:00:11.000Z"}', NULL, NULL, '041c8d7789eb883ebffc574c607c3b81c173085ea4e8fd89fcaf59b44ae7ff79');
INSERT INTO public.account_log VALUES ('acme', 10, '2026-01-02T00:00:12.000Z', 'ann', 'token-ann', 'project_created', '{"project":"p1","name":"shop"}', NULL, NULL, '631458dd28d85ac48d742838468e9fac42744f2855a3fa6902e55c3d82387fd4');
INSERT INTO public.account_log VALUES ('acme', 11, '2026-01-02T00:00:12.000Z', 'ann', 'token-ann', 'environment_added', '{"project":"p1","environment":"live","app":"app-1","rank":30,"production":true,"ephemeral":false,"expires_at":null,"comment_required":false}', NULL, NULL, '659817d4fdb34f2bb7b8e9bcf80f00aefc21c3210a22498103be890f27293981');
INSERT INTO public.account_log VALUES ('acme', 12, '2026-01-02T00:00:12.000Z', 'ann', 'token-ann', 'app_changed', '{"app":"app-1","name":"shop","diff":{"tests":{"from":"warn","to":"block"}}}', NULL, NULL, 'f2b0cedcba6d4c72a5f761f4d1cd907c79c33733c516bdf29f186c7b22af9977');
INSERT INTO public.account_log VALUES ('acme', 13, '2026-01-02T00:00:12.000Z', 'ann', 'token-ann', 'app_created', '{"app":"app-3","name":"shop-pr-7","client_side_default":true,"tests":"warn"}', NULL, NULL, '25182e52696c4649e2d1c7b962664e5cf3eb4838df0f15b14061d6692290b90e');
INSERT INTO public.account_log VALUES ('acme', 14, '2026-01-02T00:00:12.000Z', 'ann', 'token-ann', 'environment_added', '{"project":"p1","environment":"pr-7","app":"app-3","rank":15,"production":false,"ephemeral":true,"expires_at":"2026-01-02T23:53:20.000Z","comment_required":false}', NULL, NULL, '92e41a6c51e8d6e484f648d659a6fc8605e80dd0d5e13edc3881ca85dd42a573');



INSERT INTO public.app VALUES ('acme', 'app-2', 'deleted app-2', 0, '2026-01-02T00:00:09.000Z', '2026-01-02T00:00:09.000Z', 'ann', 1, 1, 1, 'f9f8381d153c8f586d650eb8c164abca81c326f28fef662992bf5db58acf9cdf', '2026-01-02T00:00:10.000Z', '2026-01-02T00:00:11.000Z', 'old', '2027-02-06T00:00:11.000Z', '1767312009000-2bb8eb4a7160770a', 'warn');
INSERT INTO public.app VALUES ('acme', 'app-1', 'shop', 1, '2026-01-02T00:00:00.000Z', '2026-01-02T00:00:00.000Z', 'ann', 3, 2, 7, 'd8c00c2309c8aa6b6b10b89001e6ac2cb5523ef4bdcdc21ef116e6966afa2f11', '2026-01-02T00:00:03.000Z', NULL, NULL, NULL, '1767312000000-dff76be33f130e28', 'block');
INSERT INTO public.app VALUES ('acme', 'app-3', 'shop-pr-7', 1, '2026-01-02T00:00:12.000Z', '2026-01-02T00:00:12.000Z', 'ann', 0, 0, 0, NULL, NULL, NULL, NULL, NULL, '1767312012000-041c0fd79ced3c3f', 'warn');



INSERT INTO public.changelog VALUES ('acme', 'app-1', 1, 'segment/beta', 'create', 1, 1, '2026-01-02T00:00:01.000Z', 'ann', 'token-ann', 'first flags', '1880e48be4ed3c3933aae42275827cff18c0ad94f74f8c12c7cb0d44652f5b69', NULL, '{"key":"beta","include":["ada"],"exclude":["ben"],"conditions":[]}', '[{"flag":"new-checkout","rules":["r1"]}]', NULL, NULL);
INSERT INTO public.changelog VALUES ('acme', 'app-1', 2, 'new-checkout', 'create', 1, 1, '2026-01-02T00:00:01.000Z', 'ann', 'token-ann', 'first flags', '8a276dfaf187eecf9571bf1b1683f6ac43c6b287853379cf3ffc567df2ed7126', NULL, '{"key":"new-checkout","enabled":false,"variations":{"on":true,"off":false},"default_variation":"off","rules":[{"id":"r1","priority":1,"conditions":[{"operator":"in_segment","value":["beta"]}],"serve_variation":"on"}],"bucketing":{"hash":"murmur3","salt":"acme/new-checkout"},"description":"The new checkout''s Pläne 🚀 \"\\","tags":["checkout","web"],"off_variation":"off"}', NULL, NULL, NULL);
INSERT INTO public.changelog VALUES ('acme', 'app-1', 3, 'old-search', 'create', 1, 1, '2026-01-02T00:00:01.000Z', 'ann', 'token-ann', 'first flags', 'dab5b81b8f5350b2ef369902f82a455f694b662afad6536464983264990c9db6', NULL, '{"key":"old-search","enabled":false,"variations":{"on":true,"off":false},"default_variation":"off","rules":[],"bucketing":{"hash":"murmur3","salt":"acme/old-search"},"tags":["web"]}', NULL, NULL, NULL);
INSERT INTO public.changelog VALUES ('acme', 'app-1', 4, 'limit', 'create', 1, 1, '2026-01-02T00:00:01.000Z', 'ann', 'token-ann', 'first flags', '0eef8b1d6b0a1596c40f8d9e9066809819021ddb16b80f716ae70775460ac0f4', NULL, '{"key":"limit","enabled":false,"variations":{"few":1,"many":10.5},"default_variation":"few","rules":[],"bucketing":{"hash":"murmur3","salt":"acme/limit"},"off_variation":"many"}', NULL, NULL, NULL);
INSERT INTO public.changelog VALUES ('acme', 'app-1', 5, 'new-checkout', 'update', 2, 2, '2026-01-02T00:00:02.000Z', 'ben', 'token-ben', 'ramp', '8994f56f8632f36162acb6284e531868e30b18724f73b7d6da7807dd64367592', '{"enabled":{"from":false,"to":true}}', '{"key":"new-checkout","enabled":true,"variations":{"on":true,"off":false},"default_variation":"off","rules":[{"id":"r1","priority":1,"conditions":[{"operator":"in_segment","value":["beta"]}],"serve_variation":"on"}],"bucketing":{"hash":"murmur3","salt":"acme/new-checkout"},"description":"The new checkout''s Pläne 🚀 \"\\","tags":["checkout","web"],"off_variation":"off"}', NULL, NULL, NULL);
INSERT INTO public.changelog VALUES ('acme', 'app-1', 6, 'old-search', 'delete', 2, 3, '2026-01-02T00:00:03.000Z', 'ben', 'token-ben', NULL, '1db53cbd7b39b34a623f41ad303c916afbba6d5347c05eb1fbd38f1adc4db926', NULL, '{"key":"old-search","enabled":false,"variations":{"on":true,"off":false},"default_variation":"off","rules":[],"bucketing":{"hash":"murmur3","salt":"acme/old-search"},"tags":["web"]}', NULL, NULL, NULL);
INSERT INTO public.changelog VALUES ('acme', 'app-1', 7, 'segment/beta', 'update', 2, 3, '2026-01-02T00:00:03.000Z', 'ben', 'token-ben', NULL, 'd8c00c2309c8aa6b6b10b89001e6ac2cb5523ef4bdcdc21ef116e6966afa2f11', '{"include.1":{"to":"cleo"}}', '{"key":"beta","include":["ada","cleo"],"exclude":["ben"],"conditions":[]}', '[{"flag":"new-checkout","rules":["r1"]}]', NULL, NULL);
INSERT INTO public.changelog VALUES ('acme', 'app-2', 1, 'a', 'create', 1, 1, '2026-01-02T00:00:10.000Z', 'ann', 'token-ann', NULL, 'f9f8381d153c8f586d650eb8c164abca81c326f28fef662992bf5db58acf9cdf', NULL, '{"key":"a","enabled":false,"variations":{"on":true,"off":false},"default_variation":"off","rules":[],"bucketing":{"hash":"murmur3","salt":"acme/a"}}', NULL, NULL, NULL);



INSERT INTO public.database_identity VALUES ('02ef5dc7-e561-4f94-ac81-9dc0d19c6cf2', 0);



INSERT INTO public.deleted_flag VALUES ('acme', 'app-1', 'old-search', 2);



INSERT INTO public.environment VALUES ('acme', 'p1', 'live', 'app-1', 30, 1, 0, NULL, 0, 0);
INSERT INTO public.environment VALUES ('acme', 'p1', 'pr-7', 'app-3', 15, 0, 1, '2026-01-02T23:53:20.000Z', 0, 0);



INSERT INTO public.flag VALUES ('acme', 'app-1', 'limit', 'number', 1, 0, '2026-01-02T00:00:01.000Z', '2026-01-02T00:00:01.000Z', 'ann', 'limit
', '{"key":"limit","enabled":false,"variations":{"few":1,"many":10.5},"default_variation":"few","rules":[],"bucketing":{"hash":"murmur3","salt":"acme/limit"},"off_variation":"many"}', 'a84378408804f70d8ffa83bd651d8be47e8bde7712f359c84a03453079acb1a6');
INSERT INTO public.flag VALUES ('acme', 'app-1', 'new-checkout', 'boolean', 2, 1, '2026-01-02T00:00:01.000Z', '2026-01-02T00:00:02.000Z', 'ben', 'new-checkout
the new checkout''s pläne 🚀 "\', '{"key":"new-checkout","enabled":true,"variations":{"on":true,"off":false},"default_variation":"off","rules":[{"id":"r1","priority":1,"conditions":[{"operator":"in_segment","value":["beta"]}],"serve_variation":"on"}],"bucketing":{"hash":"murmur3","salt":"acme/new-checkout"},"description":"The new checkout''s Pläne 🚀 \"\\","tags":["checkout","web"],"off_variation":"off"}', 'a2c6ac58484831a74adfa32c3f1d841f508899115f44b38886b3d5bc505a5f24');



INSERT INTO public.flag_tag VALUES ('acme', 'app-1', 'checkout', 'new-checkout');
INSERT INTO public.flag_tag VALUES ('acme', 'app-1', 'web', 'new-checkout');



INSERT INTO public.flag_text VALUES ('acme', 'app-1', 'new-checkout', 'new-checkout
the new checkout''s pläne 🚀 "\');
INSERT INTO public.flag_text VALUES ('acme', 'app-1', 'limit', 'limit
');



INSERT INTO public.idempotency VALUES ('acme', 'app-1', '2026-01-02T00:00:01.000Z', 'f', 200, '{"a": 1}', NULL, '2026-01-03T00:00:01.000Z');
INSERT INTO public.idempotency VALUES ('acme', 'app-1', '2026-01-02T00:00:02.000Z', 'f', 200, '{"a": 1}', NULL, '2026-01-03T00:00:02.000Z');
INSERT INTO public.idempotency VALUES ('acme', 'app-1', '2026-01-02T00:00:03.000Z', 'f', 200, '{"a": 1}', NULL, '2026-01-03T00:00:03.000Z');



INSERT INTO public.imported VALUES ('acme', 'app-1', 'checkout', '{"enabled":true}');



INSERT INTO public.migration VALUES ('0001-first', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0002-lists', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0003-search', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0004-account-log', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0005-histories', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0006-segments', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0007-contexts', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0008-projects', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0009-tallies', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0010-imported', '2026-01-02T12:00:00.000Z');
INSERT INTO public.migration VALUES ('0011-carried', '2026-01-02T12:00:00.000Z');



INSERT INTO public.outbox VALUES ('acme', '', 1, '[["app/app-1","{\"id\":\"app-1\",\"name\":\"shop\"}"]]', 'aa056e09dd1257d0482bd598910be37603fb7b848fb823e8c705c353a6177fa8', NULL);
INSERT INTO public.outbox VALUES ('acme', 'app-1', 1, '[["new-checkout","{\"key\":\"new-checkout\",\"enabled\":false,\"variations\":{\"on\":true,\"off\":false},\"default_variation\":\"off\",\"rules\":{\"format\":2,\"list\":[{\"id\":\"r1\",\"priority\":1,\"conditions\":[{\"operator\":\"in_segment\",\"value\":[\"beta\"]}],\"serve_variation\":\"on\"}]},\"bucketing\":{\"hash\":\"murmur3\",\"salt\":\"acme/new-checkout\"},\"description\":\"The new checkout''s Pläne 🚀 \\\"\\\\\",\"tags\":[\"checkout\",\"web\"],\"off_variation\":\"off\",\"version\":1}"],["old-search","{\"key\":\"old-search\",\"enabled\":false,\"variations\":{\"on\":true,\"off\":false},\"default_variation\":\"off\",\"rules\":[],\"bucketing\":{\"hash\":\"murmur3\",\"salt\":\"acme/old-search\"},\"tags\":[\"web\"],\"version\":1}"],["limit","{\"key\":\"limit\",\"enabled\":false,\"variations\":{\"few\":1,\"many\":10.5},\"default_variation\":\"few\",\"rules\":[],\"bucketing\":{\"hash\":\"murmur3\",\"salt\":\"acme/limit\"},\"off_variation\":\"many\",\"version\":1}"],["segment/beta","{\"key\":\"beta\",\"include\":[\"ada\"],\"exclude\":[\"ben\"],\"conditions\":[]}"]]', '0eef8b1d6b0a1596c40f8d9e9066809819021ddb16b80f716ae70775460ac0f4', NULL);
INSERT INTO public.outbox VALUES ('acme', 'app-1', 2, '[["new-checkout","{\"key\":\"new-checkout\",\"enabled\":true,\"variations\":{\"on\":true,\"off\":false},\"default_variation\":\"off\",\"rules\":{\"format\":2,\"list\":[{\"id\":\"r1\",\"priority\":1,\"conditions\":[{\"operator\":\"in_segment\",\"value\":[\"beta\"]}],\"serve_variation\":\"on\"}]},\"bucketing\":{\"hash\":\"murmur3\",\"salt\":\"acme/new-checkout\"},\"description\":\"The new checkout''s Pläne 🚀 \\\"\\\\\",\"tags\":[\"checkout\",\"web\"],\"off_variation\":\"off\",\"version\":2}"]]', '8994f56f8632f36162acb6284e531868e30b18724f73b7d6da7807dd64367592', '0eef8b1d6b0a1596c40f8d9e9066809819021ddb16b80f716ae70775460ac0f4');
INSERT INTO public.outbox VALUES ('acme', 'app-1', 3, '[["old-search",null],["segment/beta","{\"key\":\"beta\",\"include\":[\"ada\",\"cleo\"],\"exclude\":[\"ben\"],\"conditions\":[]}"]]', 'd8c00c2309c8aa6b6b10b89001e6ac2cb5523ef4bdcdc21ef116e6966afa2f11', '8994f56f8632f36162acb6284e531868e30b18724f73b7d6da7807dd64367592');
INSERT INTO public.outbox VALUES ('acme', '', 2, '[["other/tok-ann","{\"id\":\"tok-ann\",\"permission\":\"admin\",\"hash_start\":\"hash\"}"]]', 'af60b236a92b4db4dbaf10dd93dca71d151c977858039ee9bfe2a5635bb7b063', 'aa056e09dd1257d0482bd598910be37603fb7b848fb823e8c705c353a6177fa8');
INSERT INTO public.outbox VALUES ('acme', '', 3, '[["token/hash-of-tok-web","{\"id\":\"tok-web\",\"name\":\"tok-web\",\"permission\":\"evaluate\",\"app_ids\":[\"app-1\"],\"allowed_origins\":[\"https://shop.example\"],\"expires_at\":\"2036-01-01T00:00:00.000Z\"}"]]', '5ae2724dba3b669fd7abc41c3983c95a58a8bdc5254da528534b72a412bbfb8f', 'af60b236a92b4db4dbaf10dd93dca71d151c977858039ee9bfe2a5635bb7b063');
INSERT INTO public.outbox VALUES ('acme', '', 4, '[["token/hash-of-tok-old","{\"id\":\"tok-old\",\"name\":\"tok-old\",\"permission\":\"evaluate\"}"]]', '5c03cef6179a6cc8cf92262e419d01d47ac91d54f2e0170129b57a12addcd4bc', '5ae2724dba3b669fd7abc41c3983c95a58a8bdc5254da528534b72a412bbfb8f');
INSERT INTO public.outbox VALUES ('acme', '', 5, '[["token/hash-of-tok-old",null]]', '79e75953632c5b413277fda333288000b25c0b7b621eba619673c20ff7ffc705', '5c03cef6179a6cc8cf92262e419d01d47ac91d54f2e0170129b57a12addcd4bc');
INSERT INTO public.outbox VALUES ('acme', '', 6, '[["secret","{\"secret\":\"a secret of the fixture\"}"]]', 'c93693d888c69a32030e19f75a2557274b6a36e1954642f63b7a2a4270aa306f', '79e75953632c5b413277fda333288000b25c0b7b621eba619673c20ff7ffc705');
INSERT INTO public.outbox VALUES ('acme', '', 7, '[["app/app-2","{\"id\":\"app-2\",\"name\":\"old\"}"]]', '93c1a8082091d5b7594fa6cec862b6afc9bd9fe468a7d041bd65346de0c88331', 'c93693d888c69a32030e19f75a2557274b6a36e1954642f63b7a2a4270aa306f');
INSERT INTO public.outbox VALUES ('acme', '', 8, '[["app/app-2",null]]', '46167e058f1b73fbf692b61c5e385834159740072b64c33d472eec7d428cdb4b', '93c1a8082091d5b7594fa6cec862b6afc9bd9fe468a7d041bd65346de0c88331');
INSERT INTO public.outbox VALUES ('acme', '', 9, '[["app/app-1","{\"id\":\"app-1\",\"name\":\"shop\",\"environment\":\"live\"}"],["app/app-3","{\"id\":\"app-3\",\"name\":\"shop-pr-7\",\"environment\":\"pr-7\"}"]]', '354941fe9ad1eee3d13b447cf63b5a4166b1ebde099ce5a22b772802b2408119', '46167e058f1b73fbf692b61c5e385834159740072b64c33d472eec7d428cdb4b');



INSERT INTO public.project VALUES ('acme', 'p1', 'shop', '2026-01-02T00:00:12.000Z', '2026-01-02T00:00:12.000Z', 'ann');



INSERT INTO public.reference VALUES ('acme', 'app-1', 'flag', 'new-checkout', 'rules[0].conditions[0].value[0]', 'r1', 'segment', 'beta', '[]');



INSERT INTO public.reporter VALUES ('acme', 'app-1', '', 0, 0, 'never');
INSERT INTO public.reporter VALUES ('acme', 'app-1', 'pod-1', 1, 1, '2026-01-02T00:00:04.000Z');



INSERT INTO public.saved_context VALUES ('acme', 'app-1', 'ada', '{"targetingKey":"ada","plan":"pro"}', '2026-01-02T00:00:04.000Z', 'ann');



INSERT INTO public.segment VALUES ('acme', 'app-1', 'beta', 2, '2026-01-02T00:00:01.000Z', '2026-01-02T00:00:03.000Z', 'ben', 'beta
', '{"key":"beta","include":["ada","cleo"],"exclude":["ben"],"conditions":[]}', '666008dc532daafe1492d20118449a4b64c93c3e9b3f9ea8c1a3413e10ee2d4e');



INSERT INTO public.session VALUES ('s', 'acme', 'tok-ann', '2026-01-02T00:00:07.000Z', '2026-01-02T23:53:20.000Z');



INSERT INTO public.sign_in_link VALUES ('l', 'acme', 'tok-ann', '2026-01-02T23:53:20.000Z', 'ann');



INSERT INTO public.tally VALUES ('acme', 'app-1', 'new-checkout', '2026-01-02', 'on', 'TARGETING_MATCH', 'evaluated', '[7,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]');



INSERT INTO public.token VALUES ('tok-ann', 'acme', 'hash-of-tok-ann', 'ann', 'admin', NULL, NULL, NULL, '2026-01-02T00:00:05.000Z', 'ann', NULL, NULL, 1);
INSERT INTO public.token VALUES ('tok-web', 'acme', 'hash-of-tok-web', 'tok-web', 'evaluate', '["app-1"]', '["https://shop.example"]', '2036-01-01T00:00:00.000Z', '2026-01-02T00:00:05.000Z', 'ann', NULL, NULL, 1);
INSERT INTO public.token VALUES ('tok-old', 'acme', 'hash-of-tok-old', 'tok-old', 'evaluate', NULL, NULL, NULL, '2026-01-02T00:00:05.000Z', 'ann', NULL, '2026-01-02T00:00:06.000Z', 0);



INSERT INTO public.variation_use VALUES ('acme', 'app-1', 'new-checkout', 'on', '2026-01-02T00:00:04.000Z', NULL);



ALTER TABLE ONLY public.account_log
    ADD CONSTRAINT account_log_pk PRIMARY KEY (account, seq);



ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);



ALTER TABLE ONLY public.app
    ADD CONSTRAINT app_name UNIQUE (account, name);



ALTER TABLE ONLY public.app
    ADD CONSTRAINT app_pk PRIMARY KEY (account, id);



ALTER TABLE ONLY public.changelog
    ADD CONSTRAINT changelog_pk PRIMARY KEY (account, app, seq);



ALTER TABLE ONLY public.database_identity
    ADD CONSTRAINT database_identity_pkey PRIMARY KEY (identity);



ALTER TABLE ONLY public.deleted_flag
    ADD CONSTRAINT deleted_flag_pk PRIMARY KEY (account, app, key);



ALTER TABLE ONLY public.environment
    ADD CONSTRAINT environment_app UNIQUE (account, app);



ALTER TABLE ONLY public.environment
    ADD CONSTRAINT environment_key PRIMARY KEY (account, project, key);



ALTER TABLE ONLY public.flag
    ADD CONSTRAINT flag_pk PRIMARY KEY (account, app, key);



ALTER TABLE ONLY public.flag_tag
    ADD CONSTRAINT flag_tag_pk PRIMARY KEY (account, app, tag, key);



ALTER TABLE ONLY public.flag_text
    ADD CONSTRAINT flag_text_pk PRIMARY KEY (account, app, key);



ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pk PRIMARY KEY (account, app, key);



ALTER TABLE ONLY public.imported
    ADD CONSTRAINT imported_pk PRIMARY KEY (account, app, name);



ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);



ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pk PRIMARY KEY (account, app, version);



ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_key PRIMARY KEY (account, id);



ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_name UNIQUE (account, name);



ALTER TABLE ONLY public.reference
    ADD CONSTRAINT reference_key PRIMARY KEY (account, app, from_kind, from_key, place);



ALTER TABLE ONLY public.reporter
    ADD CONSTRAINT reporter_key PRIMARY KEY (account, app, reporter);



ALTER TABLE ONLY public.saved_context
    ADD CONSTRAINT saved_context_key PRIMARY KEY (account, app, name);



ALTER TABLE ONLY public.segment
    ADD CONSTRAINT segment_key PRIMARY KEY (account, app, key);



ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (hash);



ALTER TABLE ONLY public.sign_in_link
    ADD CONSTRAINT sign_in_link_pkey PRIMARY KEY (hash);



ALTER TABLE ONLY public.tally
    ADD CONSTRAINT tally_key PRIMARY KEY (account, app, flag, day, variation, reason, kind);



ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_hash_key UNIQUE (hash);



ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (id);



ALTER TABLE ONLY public.variation_use
    ADD CONSTRAINT variation_use_key PRIMARY KEY (account, app, flag, variation);



CREATE INDEX account_log_actor_name ON public.account_log USING btree (account, actor_name, seq);



CREATE INDEX account_log_event ON public.account_log USING btree (account, event, seq);



CREATE INDEX changelog_actor ON public.changelog USING btree (account, app, actor_name, seq);



CREATE INDEX changelog_at ON public.changelog USING btree (account, app, at, seq);



CREATE INDEX changelog_flag ON public.changelog USING btree (account, app, flag_key, seq);



CREATE INDEX changelog_source ON public.changelog USING btree (account, app, source_app, flag_key, seq) WHERE (source_app IS NOT NULL);



CREATE INDEX flag_digest ON public.flag USING btree (account, app, key, version, digest);



CREATE INDEX flag_state ON public.flag USING btree (account, app, enabled, key);



CREATE INDEX idempotency_expiry ON public.idempotency USING btree (account, app, expires_at);



CREATE INDEX reference_to ON public.reference USING btree (account, app, to_kind, to_key, from_kind, from_key);



CREATE INDEX segment_digest ON public.segment USING btree (account, app, key, version, digest);



CREATE INDEX session_token ON public.session USING btree (token_id);



CREATE INDEX sign_in_link_token ON public.sign_in_link USING btree (token_id);



CREATE INDEX token_account ON public.token USING btree (account, created_at);



ALTER TABLE ONLY public.account_log
    ADD CONSTRAINT account_log_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);



ALTER TABLE ONLY public.app
    ADD CONSTRAINT app_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);



ALTER TABLE ONLY public.changelog
    ADD CONSTRAINT changelog_app FOREIGN KEY (account, app) REFERENCES public.app(account, id);



ALTER TABLE ONLY public.deleted_flag
    ADD CONSTRAINT deleted_flag_app FOREIGN KEY (account, app) REFERENCES public.app(account, id);



ALTER TABLE ONLY public.flag
    ADD CONSTRAINT flag_app FOREIGN KEY (account, app) REFERENCES public.app(account, id);



ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.token(id) ON DELETE CASCADE;



ALTER TABLE ONLY public.sign_in_link
    ADD CONSTRAINT sign_in_link_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.token(id) ON DELETE CASCADE;



ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);





COMMIT;
