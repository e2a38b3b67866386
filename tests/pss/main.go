// Judges manifests with Kubernetes' own code: a YAML stream on stdin, a verdict for every pod template on stdout.
//
// The argument is a level of the Pod Security Standards (default: restricted). The exit code says only whether the
// stream could be read.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// The five minors that the charts are tested for, the standard of v1.25, which many clusters pin, and the newest one.
var versions = []string{"v1.25", "v1.33", "v1.34", "v1.35", "v1.36", "v1.37", "latest"}

type verdict struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason,omitempty"`
}

type object struct {
	Kind     string            `json:"kind"`
	Metadata metav1.ObjectMeta `json:"metadata"`
}

type pod struct {
	metav1.TypeMeta        `json:",inline"`
	corev1.PodTemplateSpec `json:",inline"`
}

type podTemplate struct {
	Template *json.RawMessage `json:"template"`
}

type workload struct {
	Spec *json.RawMessage `json:"spec"`
}

type cronJob struct {
	Spec struct {
		JobTemplate workload `json:"jobTemplate"`
	} `json:"spec"`
}

func main() {
	level := api.LevelRestricted
	if len(os.Args) > 1 {
		level = api.Level(os.Args[1])
	}
	verdicts, err := judge(os.Stdin, level)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(verdicts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func judge(input io.Reader, level api.Level) ([]verdict, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	found := []verdict{}
	reader := kubeyaml.NewYAMLReader(bufio.NewReader(input))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		more, err := judgeDocument(evaluator, level, document)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
}

func judgeDocument(evaluator policy.Evaluator, level api.Level, document []byte) ([]verdict, error) {
	data, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return nil, err
	}
	var head object
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, err
	}
	template, err := templateOf(head.Kind, data)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", head.Kind, head.Metadata.Name, err)
	}
	if template == nil {
		return nil, nil
	}
	found := []verdict{}
	for _, text := range versions {
		version, err := api.ParseVersion(text)
		if err != nil {
			return nil, err
		}
		at := api.LevelVersion{Level: level, Version: version}
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(at, &template.ObjectMeta, &template.Spec))
		found = append(found, verdict{head.Kind, head.Metadata.Name, text, result.Allowed, result.ForbiddenDetail()})
	}
	return found, nil
}

// The pod template of an object, read strictly; nil for a kind that has none.
func templateOf(kind string, data []byte) (*corev1.PodTemplateSpec, error) {
	switch kind {
	case "Pod":
		var found pod
		return &found.PodTemplateSpec, yaml.UnmarshalStrict(data, &found)
	case "PodTemplate":
		return inside(data)
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job":
		return belowSpec(data)
	case "CronJob":
		var outer cronJob
		if err := json.Unmarshal(data, &outer); err != nil || outer.Spec.JobTemplate.Spec == nil {
			return nil, errors.Join(err, errors.New("no spec.jobTemplate.spec"))
		}
		return inside(*outer.Spec.JobTemplate.Spec)
	}
	return nil, nil
}

func belowSpec(data []byte) (*corev1.PodTemplateSpec, error) {
	var outer workload
	if err := json.Unmarshal(data, &outer); err != nil || outer.Spec == nil {
		return nil, errors.Join(err, errors.New("no spec"))
	}
	return inside(*outer.Spec)
}

func inside(data []byte) (*corev1.PodTemplateSpec, error) {
	var outer podTemplate
	if err := json.Unmarshal(data, &outer); err != nil || outer.Template == nil {
		return nil, errors.Join(err, errors.New("no pod template"))
	}
	found := &corev1.PodTemplateSpec{}
	return found, yaml.UnmarshalStrict(*outer.Template, found)
}
