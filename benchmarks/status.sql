-- A catalog as a big crawl leaves it, for benchmarks/status.py, which makes beforehand
--   song(n, id, sound)   number, track id and hash of the recording of every song
--   store(key)           the segment store's feature key
--   digest(text, n)      the first n hexadecimal digits of a hash
-- Shares go by n; ids are hashes, so that rows lie as they would.

INSERT INTO genres (id, name) SELECT 'g' || n, 'Genre ' || n FROM song WHERE n < 60;

INSERT INTO playlists (id, source, source_id, url, title, owner, checksum, snapshot_at,
                       n_items, truncated)
SELECT digest('list' || n, 16), 'csv', n, '', 'Playlist ' || n, '', '', '', 300, 0
FROM song WHERE n < (SELECT count(*) FROM song) / 200;

INSERT INTO playlist_genres (playlist_id, genre_id)
SELECT id, 'g' || (source_id * 7 % 60) FROM playlists
UNION
SELECT id, 'g' || (source_id * source_id % 60) FROM playlists;

INSERT INTO tracks (id, title, version, artists, album, duration_s, isrc, match_key, seq,
                    licence, redistributable)
SELECT id, 'Song number ' || n, '', 'Artist ' || (n / 7), 'Album', 240.0, '',
       'artist ' || (n / 7) || '|song number ' || n || '|', n, '', 0
FROM song;

-- 200 songs that stand in no other playlist, and 100 from anywhere
INSERT INTO playlist_tracks (playlist_id, position, track_id, first_seen, removed_at)
SELECT list.id, place.n, song.id, '', iif(song.n % 50 = 0, 'T', NULL)
FROM playlists AS list
CROSS JOIN song AS place ON place.n < 300  -- in this order: SQLite would start with song
CROSS JOIN song ON song.n = iif(
    place.n < 200,
    200 * list.source_id + place.n,
    (list.source_id * 104729 + place.n * 7919) % (SELECT count(*) FROM song)
);

INSERT INTO track_refs (source, source_id, track_id, url, trusted)
SELECT CASE WHEN n % 10 < 7 THEN 'deezer' WHEN n % 10 < 9 THEN 'url' ELSE 'youtube' END,
       printf('%012d', n), id, 'https://www.example.org/track/' || n, 0
FROM song;

INSERT INTO candidates (track_id, provider, provider_id, url, title, uploader, duration_s,
                        score, reason, decision, decided_by, decided_at)
SELECT id, 'youtube', 'v' || n, 'https://www.example.org/watch/' || n,
       'Song number ' || n, 'Artist', 240.0, 0.9, 'title 1.00, artist 1.00, length 1.00',
       CASE n % 8 WHEN 0 THEN 'accepted' WHEN 2 THEN 'uncertain' ELSE 'rejected' END,
       'matcher', ''
FROM song WHERE n % 2 = 0;

INSERT INTO audio (track_id, pcm_sha256, path, provider, provider_id, sample_rate,
                   n_samples, duration_s, source_codec, status)
SELECT id, sound, 'audio/' || substr(id, 1, 2) || '/' || id || '.wav', 'youtube', n,
       16000, 3840000, 240.0, 'opus', iif(n % 40 = 1, 'removed', 'present')
FROM song WHERE n % 16 <> 3
UNION ALL
SELECT id, digest('old' || n, 64), '', 'youtube', n, 16000, 3840000, 240.0, 'opus',
       'replaced'
FROM song WHERE n % 16 = 5;

INSERT INTO shards (id, feature_key, path, sha256, n_frames, dtype, state)
SELECT digest('shard' || n, 16), key, '', '', 240000, 'float16', 'present'
FROM song, store WHERE n <= (SELECT count(*) FROM song) / 32;

INSERT INTO features (track_id, feature_key, pcm_sha256, shard_id, offset, n_frames)
SELECT id, key, iif(n % 32 = 5, digest('old' || n, 64), sound),
       digest('shard' || (n / 32), 16), 7500 * (n % 32), 7500
FROM song, store WHERE n % 16 <> 3;

INSERT INTO label_sets (id, name, rule, params, created_at, is_current)
VALUES (digest('labels', 64), '', '', '{}', '', 1);

INSERT INTO labels (label_set, track_id, genre_id, score, known)
SELECT digest('labels', 64), song.id, 'g' || ((song.n + more.n) % 60), 0.7, 1
FROM song JOIN song AS more ON more.n <= song.n % 3 AND more.n < 2
WHERE song.n % 20 > 0;

INSERT INTO split_sets (id, rule, params, created_at, is_current)
VALUES (digest('splits', 64), '', '{}', '', 1);

INSERT INTO splits (split_set, track_id, split)
SELECT digest('splits', 64), id, iif(n % 10 < 7, 'train', 'test')
FROM song WHERE n % 20 > 0;

-- every fifth song failed once; then each was fetched, but every sixteenth
INSERT INTO attempts (subject_kind, subject, stage, provider, at, outcome, error_class,
                      message)
SELECT 'track', id, 'crawl', 'url', '2026-01-01T00:00:00Z', 'failed', 'temporary',
       'Expected audio at www.example.org, found HTTP 503; run the same command again.'
FROM song WHERE n % 5 = 0;

INSERT INTO attempts (subject_kind, subject, stage, provider, at, outcome, error_class,
                      message)
SELECT 'track', id, 'crawl', 'url', '2026-01-02T00:00:00Z',
       iif(n % 16 = 3, 'failed', 'done'), iif(n % 16 = 3, 'permanent', NULL),
       iif(n % 16 = 3, 'Expected audio, found HTTP 404; take another address.', '')
FROM song;
