// Gitea, with SQLite: `gitea web` and its other commands. `gitea sources` prints where its templates are.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"time"

	"code.gitea.io/gitea/cmd"
	"code.gitea.io/gitea/modules/setting"

	_ "code.gitea.io/gitea/modules/markup/markdown"
	_ "github.com/mattn/go-sqlite3"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "sources" {
		// The program holds no templates: it reads them where its module is, and knows that from its own lines.
		file, _ := runtime.FuncForPC(reflect.ValueOf(cmd.NewMainApp).Pointer()).FileLine(0)
		fmt.Println(filepath.Dir(filepath.Dir(file)))
		return
	}
	setting.AppVer, setting.AppStartTime = "1.26.0", time.Now().UTC()
	setting.EnableSQLite3 = true
	setting.SupportedDatabaseTypes = append(setting.SupportedDatabaseTypes, "sqlite3")
	if err := cmd.RunMainApp(cmd.NewMainApp(cmd.AppVersion{Version: setting.AppVer}), os.Args...); err != nil {
		os.Exit(1)
	}
}
