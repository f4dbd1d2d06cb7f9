package store

import (
	"context"
	"io/fs"

	"github.com/golang-migrate/migrate/v4"
)

// MigrateFiles is Migrate with other files, which a test can catch at work.
func MigrateFiles(ctx context.Context, url string, files fs.FS) error {
	return migrateWith(ctx, url, files, (*migrate.Migrate).Up)
}

// MigrateFilesDown undoes all but the first keep migrations of other files.
func MigrateFilesDown(ctx context.Context, url string, files fs.FS, keep uint) error {
	return migrateWith(ctx, url, files, func(m *migrate.Migrate) error { return m.Migrate(keep) })
}
