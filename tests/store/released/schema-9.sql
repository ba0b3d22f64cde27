-- What a keydeck of schema 9 left, which was one of schemas 1 to 4 before: the log states nothing yet but what there was.
-- Written out of the database of a server that was asked over HTTP, by a script, with the columns of this schema. What triggers make (counts, search) is left to them.

INSERT INTO organisation (one, id, name, created_at) VALUES
    (1, x'01a21ae2f26d7497bb26fd2460eab576', 'Acme Studios', 1795747410490782);
INSERT INTO data_keys (id, wrapped) VALUES
    (1, x'e2c57320219abb87d162b17bf0ea110b1b242b152d15e25d4a95150aaeeb29b56410b0fd84bb57e5fbbc02cfe206284652a201a0cf2a3afb55aa530158173ddfe98d4c76a464b606');
INSERT INTO users (seq, id, email, email_key, role, token_hash, created_at, removed_at) VALUES
    (1, x'01a21ae2f26d7497bb26fd2575fe9a51', 'mira@acme.example', 'mira@acme.example', 'owner', x'29a2409244293def70f556a02e96bea81a7364a03e5e8355267f44a3b08a24b5', 1795747410490782, NULL),
    (2, x'01a21ae2f35a7017a276cd06f5fbefa8', 'ed@acme.example', 'ed@acme.example', 'editor', NULL, 1795747410778866, 1795747410890060);
INSERT INTO projects (seq, id, name, name_key, creator, deployed, created_at, removed_at, session_url, session_key_name, session_data_key, session_sealed) VALUES
    (1, x'01a21ae2f34f7565ba61150f1cd1566b', 'Storefront', 'storefront', 1, 1, 1795747410767605, NULL, 'wss://sessions.acme.example', 'main', 1, x'734de3c88af37ab159fc2231b7a3f3c8b0502f85ea282f0c24b388ce2894b5a166a0a7656df3713dc8d8ef090b51184eb3104f11ec09900e5efd4114e90e681621e5da69919ac244ff4d64116c'),
    (2, x'01a21ae2f3b8765093936d4f93ab8196', 'Kiosk', 'kiosk', 1, 1, 1795747410872419, NULL, NULL, NULL, NULL, NULL);
INSERT INTO keys (seq, id, name, name_key, scope, project, creator, created_at, last_used_at, version, hint, ui_domains, local_development, cross_page_persistence, revoked_at, revoked_by, token_hash, data_key, sealed, last_address, last_origin, last_refused_at) VALUES
    (1, x'01a21ae2f35e74f3a3904552a7b3c998', 'Checkout', 'checkout', 0, 1, 1, 1795747410782595, 1795747410909251, 2, 'kdw_…w7KD', 'https://shop.acme.example
https://www.acme.example', NULL, 0, NULL, NULL, x'e382efce1891f64af32db40b26415769e4aeecaca20258a2cc9638580306375a', 1, x'0389d83bc0fe2d67c443b7b694644ed1c4ea09fee6aeb0bdeb845209c2d0bc7b8eb1f6c64931c29d911b1322cfcba4beb5969bbce311df43e804545b5ebe9cc8b40922edc0d84872b6690a3df800ded01dd3d35b09b609553ae460dac7', '127.0.0.1', 'https://shop.acme.example', 1795747410910306),
    (2, x'01a21ae2f3647087b48c805ac465c79c', 'App', 'app', 1, 1, 1, 1795747410788691, 0, 1, 'kdm_…K5sl', '', NULL, 0, NULL, NULL, x'cbf6aa465d38ea6dfd55fd242ed95b798b996bedc0a3dfe3256d5fed2056b01c', 1, x'72dc05b083993b4a2a9b200b95103cb84e47e4e14a09fee98fb3ad5b7a6364c84bbb30e3cc927309536b6db9c19c5e4aae602d74be4503f2b7261a7d9700cd18d330ec506a4597c50c6054548b5d85d90b26897b39263ec6bb802f6e68', NULL, NULL, 0),
    (3, x'01a21ae2f36877bfbed1ce66aad1696b', 'Board', 'board', 2, NULL, 1, 1795747410792919, 0, 1, 'kda_…XLKp', '', NULL, 0, NULL, NULL, x'09b029b698356215089089293922733fe5eedeff216d3abaa280ec85db983534', NULL, NULL, NULL, NULL, 0),
    (4, x'01a21ae2f36c7bdf8e3d364349478caf', 'Gone', 'gone', 0, 1, 1, 1795747410796553, 0, 2, 'kdw_…QgUH', 'https://old.acme.example', NULL, 0, 1795747410810347, 1, x'79126af1b78e2fb035c07298d11c5f29cdd26ee36808f06134b302795ba8357c', NULL, NULL, NULL, NULL, 0),
    (5, x'01a21ae2f3c0782687097aac8c906fe0', 'Booth', 'booth', 1, 2, 1, 1795747410880203, 0, 2, 'kdm_…cWVp', '', NULL, 0, NULL, NULL, x'd7d4140954fe144fbdab3553d9e2466044c04d8b716e7ceb1fcbf61a6e03305f', 1, x'64868263b314f0c5200220198df4dc935d54b77b1aae50a74ebbb7749da935502f9992a1e75525b03e433e514f01d1bbfa4ffac052175f31741e7b0dece4c63e7187563e1ca78ed90c00286da189cc3df6a76c8b7fe55d2456f8126312', NULL, NULL, 0);
INSERT INTO activity (seq, at, actor, address, action, key, subject, changes, hash, key_creator) VALUES
    (1, 1795747410767859, 1, '127.0.0.1', 'project_created', NULL, 'Storefront', '{"deployed":[null,true]}', x'8ae7a9e7479421543599ba3be925ce631d5a8a3101a17e172b7902c06b77d067', NULL),
    (2, 1795747410779097, 1, '127.0.0.1', 'user_added', NULL, 'ed@acme.example', '{"role":[null,"editor"]}', x'91f802543b9f6d9fbbaad9381878b5106772c1b0ee1966f40d30ac90a2dace09', NULL),
    (3, 1795747410784090, 1, '127.0.0.1', 'key_created', 1, 'Till', '{"cross_page_persistence":[null,false],"project":[null,"Storefront"],"scope":[null,"web"],"ui_domains":[null,["https://shop.acme.example"]]}', x'78dc74ed7f627e452dfaa2ff3aca75302e94cbd471636e6a0ca854e89a6ebb4f', 1),
    (4, 1795747410789381, 1, '127.0.0.1', 'key_created', 2, 'App', '{"cross_page_persistence":[null,false],"project":[null,"Storefront"],"scope":[null,"mobile"]}', x'1e6cff58e4f02aeaa7763f5bc0d7ffe8f9b66e1652a38062b157a4865399cb46', 1),
    (5, 1795747410793448, 1, '127.0.0.1', 'key_created', 3, 'Board', '{"scope":[null,"analytics"]}', x'e2200bafbcdc5744d2db256bedcafe715af0bb8948f12b4667582a922274751a', 1),
    (6, 1795747410797151, 1, '127.0.0.1', 'key_created', 4, 'Gone', '{"cross_page_persistence":[null,false],"project":[null,"Storefront"],"scope":[null,"web"],"ui_domains":[null,["https://old.acme.example"]]}', x'de4563ea208f661172f6b1d842ba97ed428da6e6af579a68f4bd19a8a62cd187', 1),
    (7, 1795747410801261, 1, '127.0.0.1', 'key_edited', 1, 'Checkout', '{"name":["Till","Checkout"],"ui_domains":[["https://shop.acme.example"],["https://shop.acme.example","https://www.acme.example"]]}', x'c5f3373022334cfa636b11aaf5f0e76045a102512c7dd22fc767668a74f9d0b4', 1),
    (8, 1795747410804375, 1, '127.0.0.1', 'key_revealed', 2, 'App', NULL, x'71a78da7ae96a4377573e4eefe0e6d771f97b432f531d340cd14006954326d7f', 1),
    (9, 1795747410810715, 1, '127.0.0.1', 'key_revoked', 4, 'Gone', NULL, x'30cfc38dfb0c1ce7e87558160e828e8a25244ae55be7a24a0ad3f5de959cad3c', 1),
    (10, 1795747410826508, 1, '127.0.0.1', 'session_server_set', NULL, 'Storefront', '{"key_name":[null,"main"],"private_key":[null,"…"],"url":[null,"wss://sessions.acme.example"]}', x'874d869212a88406279364682396836eead078af0129e1a49e16405e77447e8b', NULL),
    (11, 1795747410858003, NULL, '127.0.0.1', 'sign_in_refused', NULL, '', NULL, x'f03ec4a67d2d2d7307f869406c88e0d03f296a4b4669ca3f087f10accd2e95b9', NULL),
    (12, 1795747410872501, 2, '127.0.0.1', 'project_created', NULL, 'Kiosk', '{"deployed":[null,true]}', x'fa8d8a5d0b4c0b7d3fb18bb1b7f6072c272d56bc3a7a0ede6a675a72fb151838', NULL),
    (13, 1795747410880840, 2, '127.0.0.1', 'key_created', 5, 'Booth', '{"cross_page_persistence":[null,false],"project":[null,"Kiosk"],"scope":[null,"mobile"]}', x'df4f1f4d5abfbeaa4d9bf3cc3d7750a271827329c50ea2a55df902fa5a6d4435', 1),
    (14, 1795747410889536, 1, '127.0.0.1', 'key_handed_over', 5, 'Booth', '{"creator":["ed@acme.example","mira@acme.example"]}', x'a1ae0e31ea53b8bc380e56c26bbad4a3341eb002dbb83a7380007c13d26ff449', 1),
    (15, 1795747410889834, 1, '127.0.0.1', 'project_handed_over', NULL, 'Kiosk', '{"creator":["ed@acme.example","mira@acme.example"]}', x'6ab78a318945fe305f44b05e9dda798c806a1b06c4e2fb6c755222cb831c920c', NULL),
    (16, 1795747410889935, 1, '127.0.0.1', 'user_removed', NULL, 'ed@acme.example', '{"role":["editor",null]}', x'1aa78751459615188b2fac559515d60f55f505dc4d3709c5845a1bf2e2d78fe7', NULL),
    (17, 1795747410899002, 1, '127.0.0.1', 'gateway_added', NULL, 'Edge', NULL, x'237a627a6b102ddd890a1c36d8f5a2fab51929d206397e4946312b718ca49ece', NULL),
    (18, 1795747410903455, 1, '127.0.0.1', 'gateway_added', NULL, 'Side', NULL, x'04eb947b231772ab65429d6c927d3571d0584686574d47c58cbc0cb129244147', NULL),
    (19, 1795747410906162, 1, '127.0.0.1', 'gateway_removed', NULL, 'Side', NULL, x'31b3c7639d8c61a7bee46467e3093f5e9df91d8741643fc7611127192d020df7', NULL);
INSERT INTO idempotency (creator, token, fingerprint, key, created_at) VALUES
    (1, 'once', x'ca6bb55b6f4a5d2eb435e218f800cb94d7542773d7722ad3721a046120678673', 1, 1795747410783868);
INSERT INTO gateways (seq, id, name, added_by, added_at, token_hash, removed_at) VALUES
    (1, x'01a21ae2f3d2764991b39a0565a41d0d', 'Edge', 1, 1795747410898722, x'311584236bf120a2300cae6a7e05d155da66d24b23ac52d2be0345fa2100653e', NULL),
    (2, x'01a21ae2f3d775a0adb5d956ffdf1817', 'Side', 1, 1795747410903301, NULL, 1795747410906104);
INSERT INTO usage_hours (hour, key, rule, n) VALUES
    (498818, 1, '', 1),
    (498818, 1, 'origin-foreign', 1);
INSERT INTO key_sources (key, kind, name, last_used_at) VALUES
    (1, 0, 'https://shop.acme.example', 1795747410909251),
    (1, 1, '127.0.0.1', 1795747410909251);
UPDATE activity_head SET seq = 19, hash = x'31b3c7639d8c61a7bee46467e3093f5e9df91d8741643fc7611127192d020df7';
INSERT INTO baseline (kind, number, state) VALUES
    (0, 1, x'28318774da2cebded0c8584f73fed68ad22b638bd3e1f5df0759a011c6e1c055'),
    (0, 2, x'8e9f326010fdf279d3fa20b5cdef409e6a4ec87c8593f274559fc18f5849b3e5'),
    (1, 1, x'3cb1909d8dfa99ab39ffc5bc7cd84be56dad02ed3a004e366d1e29822ae88b37'),
    (1, 2, x'7c4edc7e6ccbd8bc342ac43f1268a32435ebdd44b83165ef170951cd7aa3b09e'),
    (2, 1, x'11879a9405ed54e2aea79245adff14a0081527ead52dcedb121e375fd23bb298'),
    (2, 2, x'3c9325c1cd3d0e3d0da72a9b5eba7d8839e6a0a2e55eec7fd30da5c4255cff3e'),
    (3, 1, x'54a4cf4b042c2aebf370208b8b74846ecb70b62ab54377e7e7702ce773edb20f'),
    (3, 2, x'e2f7c83ac1294f27e0e5849da8d53bea0e876bc3c7bfb9a9ce2a1f689412096f'),
    (3, 3, x'83ce6a1f05ba4be5340d9fce386d0321c6fcc745e8869ef31ecc16daf862e380'),
    (3, 4, x'ae4c8bad811030f154cce7ebca5aa7e908d4a0e72d1ccb4a1839aaa583227e98'),
    (3, 5, x'd3b1b7daccacedd7dbd0fa4322df7923e86eeb473709f60da8c28eb06abeab64');
UPDATE activity_head SET pending = x'fba2eb310cf1b7be7014eaba3bfe890ec82508cc9be8fc047c35dea1a3d14f65';
