CREATE TABLE [Artist] ([ArtistId] INTEGER NOT NULL, [Name] NVARCHAR(120), CONSTRAINT [PK_Artist] PRIMARY KEY ([ArtistId]));
CREATE TABLE [Album] ([AlbumId] INTEGER NOT NULL PRIMARY KEY, [Title] NVARCHAR(160) NOT NULL DEFAULT 'no; title', [ArtistId] INTEGER NOT NULL REFERENCES [artist] ON DELETE CASCADE, [Released] DATE, [Price] NUMERIC(10,2) NOT NULL DEFAULT 0.99, [Rating] INTEGER CHECK ([Rating] >= 0));
CREATE INDEX [IFK_AlbumArtistId] ON [Album] ([ArtistId]);
CREATE INDEX [AlbumByTitle] ON [Album] (lower([Title])) WHERE [Price] > 0;
CREATE TABLE [Employee] ([EmployeeId] INTEGER NOT NULL PRIMARY KEY, [LastName] NVARCHAR(20) NOT NULL, [ReportsTo] INTEGER REFERENCES [Employee] ([EmployeeId]), [HireDate] DATETIME, [type] TEXT, [class] TEXT, [path] TEXT, [FullName] TEXT GENERATED ALWAYS AS ([LastName] || '!') VIRTUAL);
CREATE TABLE [Track] ([TrackId] INTEGER PRIMARY KEY, [Name] TEXT NOT NULL, [AlbumId] INTEGER REFERENCES [Album] ([AlbumId]), [Milliseconds] INTEGER NOT NULL, [Data] JSON, [Heard] BOOLEAN NOT NULL DEFAULT 0, [Added] TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE [Playlist] ([PlaylistId] INTEGER NOT NULL PRIMARY KEY, [Name] NVARCHAR(120), [OwnerId] INTEGER REFERENCES [Employee], [MakerId] INTEGER REFERENCES [Employee]);
CREATE TABLE [PlaylistTrack] ([PlaylistId] INTEGER NOT NULL REFERENCES [Playlist], [TrackId] INTEGER NOT NULL REFERENCES [Track], CONSTRAINT [PK_PlaylistTrack] PRIMARY KEY ([PlaylistId], [TrackId]));
CREATE TABLE "Covers" ("AlbumId" INTEGER NOT NULL PRIMARY KEY REFERENCES "Album", "Image" BLOB, "Größe in cm" REAL, "it's ""so""; DROP TABLE x --" TEXT);
CREATE TABLE "Ta""ble */ of
lines" ("A b" TEXT, "a_b" INTEGER, "self" NUMERIC, "🦀" TEXT);
CREATE TABLE "Option" ("String" TEXT PRIMARY KEY NOT NULL, "Vec" INTEGER REFERENCES "NoSuchTable" ("Id"));
CREATE VIEW "LongTracks" AS SELECT "TrackId", "Name", "Milliseconds" / 1000.0 AS "Seconds" FROM "Track";
CREATE VIEW "Broken" AS SELECT "Gone" FROM "NoSuchTable";
INSERT INTO "Artist" VALUES (1, 'Ann'), (2, NULL);
INSERT INTO "Album" VALUES (1, 'Clouds', 1, '2024-02-29', 9.5, 5), (2, 'Rain', 2, NULL, 0.99, NULL);
INSERT INTO "Employee" ("EmployeeId", "LastName", "ReportsTo", "HireDate", "type", "path") VALUES (1, 'Adams', NULL, '2002-08-14 00:00:00', 'boss', '/'), (2, 'Bell', 1, NULL, NULL, NULL);
INSERT INTO "Track" VALUES (1, 'A', 1, 200000, '{"loud": [1, 2]}', 1, '2024-01-02 03:04:05'), (2, 'B', NULL, 9000000000, NULL, 0, NULL);
INSERT INTO "Playlist" VALUES (1, 'Best', 1, 2), (2, 'Rest', NULL, NULL);
INSERT INTO "PlaylistTrack" VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO "Covers" VALUES (1, x'00ff', 12.5, 'x');
INSERT INTO "Ta""ble */ of
lines" VALUES ('x', 1, 1.5, 'y'), (NULL, NULL, NULL, NULL);
INSERT INTO "Option" VALUES ('s', 1)
