-- What a keydeck of schema 1 left.
-- Written out of the database of a server that was asked over HTTP, by a script, with the columns of this schema and the rows of
-- the log as its code wrote them: without a hash, and with nothing about what a key began with. What triggers make (counts, search) is left to them.

INSERT INTO organisation (one, id, name, created_at) VALUES
    (1, x'01a21ae2f26d7497bb26fd2460eab576', 'Acme Studios', 1795747410490782);
INSERT INTO data_keys (id, wrapped) VALUES
    (1, x'e2c57320219abb87d162b17bf0ea110b1b242b152d15e25d4a95150aaeeb29b56410b0fd84bb57e5fbbc02cfe206284652a201a0cf2a3afb55aa530158173ddfe98d4c76a464b606');
INSERT INTO users (seq, id, email, email_key, role, token_hash, created_at) VALUES
    (1, x'01a21ae2f26d7497bb26fd2575fe9a51', 'mira@acme.example', 'mira@acme.example', 'owner', x'29a2409244293def70f556a02e96bea81a7364a03e5e8355267f44a3b08a24b5', 1795747410490782),
    (2, x'01a21ae2f35a7017a276cd06f5fbefa8', 'ed@acme.example', 'ed@acme.example', 'editor', x'3524e06af30857b141a57162866de7d0eafb9e7cc74a16c107c95376e1571ac9', 1795747410778866);
INSERT INTO projects (seq, id, name, name_key, creator, deployed, created_at) VALUES
    (1, x'01a21ae2f34f7565ba61150f1cd1566b', 'Storefront', 'storefront', 1, 1, 1795747410767605);
INSERT INTO keys (seq, id, name, name_key, scope, project, creator, created_at, last_used_at, version, hint, ui_domains, local_development, cross_page_persistence, revoked_at, revoked_by, token_hash, data_key, sealed) VALUES
    (1, x'01a21ae2f35e74f3a3904552a7b3c998', 'Checkout', 'checkout', 0, 1, 1, 1795747410782595, 0, 2, 'kdw_…w7KD', 'https://shop.acme.example
https://www.acme.example', NULL, 0, NULL, NULL, x'e382efce1891f64af32db40b26415769e4aeecaca20258a2cc9638580306375a', 1, x'0389d83bc0fe2d67c443b7b694644ed1c4ea09fee6aeb0bdeb845209c2d0bc7b8eb1f6c64931c29d911b1322cfcba4beb5969bbce311df43e804545b5ebe9cc8b40922edc0d84872b6690a3df800ded01dd3d35b09b609553ae460dac7'),
    (2, x'01a21ae2f3647087b48c805ac465c79c', 'App', 'app', 1, 1, 1, 1795747410788691, 0, 1, 'kdm_…K5sl', '', NULL, 0, NULL, NULL, x'cbf6aa465d38ea6dfd55fd242ed95b798b996bedc0a3dfe3256d5fed2056b01c', 1, x'72dc05b083993b4a2a9b200b95103cb84e47e4e14a09fee98fb3ad5b7a6364c84bbb30e3cc927309536b6db9c19c5e4aae602d74be4503f2b7261a7d9700cd18d330ec506a4597c50c6054548b5d85d90b26897b39263ec6bb802f6e68'),
    (3, x'01a21ae2f36877bfbed1ce66aad1696b', 'Board', 'board', 2, NULL, 1, 1795747410792919, 0, 1, 'kda_…XLKp', '', NULL, 0, NULL, NULL, x'09b029b698356215089089293922733fe5eedeff216d3abaa280ec85db983534', NULL, NULL),
    (4, x'01a21ae2f36c7bdf8e3d364349478caf', 'Gone', 'gone', 0, 1, 1, 1795747410796553, 0, 2, 'kdw_…QgUH', 'https://old.acme.example', NULL, 0, 1795747410810347, 1, x'79126af1b78e2fb035c07298d11c5f29cdd26ee36808f06134b302795ba8357c', NULL, NULL);
INSERT INTO activity (seq, at, actor, address, action, key, subject, changes, key_creator) VALUES
    (1, 1795747410767859, 1, '127.0.0.1', 'project_created', NULL, 'Storefront', '{"deployed":[null,true]}', NULL),
    (2, 1795747410779097, 1, '127.0.0.1', 'user_added', NULL, 'ed@acme.example', '{"role":[null,"editor"]}', NULL),
    (3, 1795747410784090, 1, '127.0.0.1', 'key_created', 1, 'Till', NULL, 1),
    (4, 1795747410789381, 1, '127.0.0.1', 'key_created', 2, 'App', NULL, 1),
    (5, 1795747410793448, 1, '127.0.0.1', 'key_created', 3, 'Board', NULL, 1),
    (6, 1795747410797151, 1, '127.0.0.1', 'key_created', 4, 'Gone', NULL, 1),
    (7, 1795747410801261, 1, '127.0.0.1', 'key_edited', 1, 'Checkout', '{"name":["Till","Checkout"],"ui_domains":[["https://shop.acme.example"],["https://shop.acme.example","https://www.acme.example"]]}', 1),
    (8, 1795747410804375, 1, '127.0.0.1', 'key_revealed', 2, 'App', NULL, 1),
    (9, 1795747410810715, 1, '127.0.0.1', 'key_revoked', 4, 'Gone', NULL, 1);
INSERT INTO idempotency (creator, token, fingerprint, key, created_at) VALUES
    (1, 'once', x'ca6bb55b6f4a5d2eb435e218f800cb94d7542773d7722ad3721a046120678673', 1, 1795747410783868);
