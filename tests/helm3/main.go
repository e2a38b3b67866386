// Helm 3 as an oracle: reads cases as JSON lines, prints what Helm 3 makes of each.
//
// A case is {"chart": base64 of an archive, "values": [text of each file passed with -f]}; an answer is
// {"values": ...} or {"error": "..."}. The steps are those of `helm template`: pkg/cli/values, pkg/action/install.go.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log"
	"os"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/getter"
)

type query struct {
	Chart  []byte   `json:"chart"`
	Values []string `json:"values"`
}

type answer struct {
	Values map[string]interface{} `json:"values,omitempty"`
	Error  string                 `json:"error,omitempty"`
}

func main() {
	log.SetOutput(io.Discard)
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := json.NewEncoder(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var asked query
			if err := json.Unmarshal(line, &asked); err != nil {
				log.Fatal(err)
			}
			found, err := render(asked)
			if err != nil {
				_ = output.Encode(answer{Error: err.Error()})
			} else {
				_ = output.Encode(answer{Values: found})
			}
		}
		if err != nil {
			return
		}
	}
}

func render(asked query) (map[string]interface{}, error) {
	chart, err := loader.LoadArchive(bytes.NewReader(asked.Chart))
	if err != nil {
		return nil, err
	}
	passed, err := merged(asked.Values)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependenciesWithMerge(chart, passed); err != nil {
		return nil, err
	}
	top, err := chartutil.ToRenderValues(chart, passed, chartutil.ReleaseOptions{Name: "r"}, nil)
	if err != nil {
		return nil, err
	}
	final, err := top.Table("Values")
	return final, err
}

func merged(texts []string) (map[string]interface{}, error) {
	options := values.Options{}
	for _, text := range texts {
		file, err := os.CreateTemp("", "values")
		if err != nil {
			return nil, err
		}
		defer os.Remove(file.Name())
		if _, err := file.WriteString(text); err != nil {
			return nil, err
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
		options.ValueFiles = append(options.ValueFiles, file.Name())
	}
	return options.MergeValues(getter.Providers{})
}
