{{/* What every object is called and carries. */}}
{{- define "verifierd.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "verifierd.labels" -}}
app.kubernetes.io/name: verifierd
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Called with a dict: root, component. */}}
{{- define "verifierd.selector" -}}
app.kubernetes.io/name: verifierd
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Called with a dict: root, component, digest. */}}
{{- define "verifierd.image" -}}
{{- if .digest -}}
{{ .root.Values.image.repository }}/{{ .component }}@{{ .digest }}
{{- else -}}
{{ .root.Values.image.repository }}/{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "verifierd.nats" -}}
{{- .Values.jetstream.servers | default (printf "nats://%s-nats:4222" .Release.Name) -}}
{{- end -}}

{{/* What both kinds of process are told: where NATS is. A password stands before the host of each address. */}}
{{- define "verifierd.fleet" -}}
{{- with .Values.jetstream.existingSecret }}
- name: NATS_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ . }}, key: password}
{{- end }}
- name: VERIFIERD_JETSTREAM__SERVERS
  {{- if .Values.jetstream.existingSecret }}
  value: {{ include "verifierd.nats" . | replace "://" (printf "://%s:$(NATS_PASSWORD)@" .Values.jetstream.user) | quote }}
  {{- else }}
  value: {{ include "verifierd.nats" . | quote }}
  {{- end }}
- name: VERIFIERD_JETSTREAM__PREFIX
  value: {{ .Values.jetstream.prefix | quote }}
- name: VERIFIERD_JETSTREAM__REPLICAS
  value: {{ .Values.jetstream.replicas | quote }}
- name: VERIFIERD_LOG__FORMAT
  value: json
- name: VERIFIERD_TELEMETRY__LISTEN
  value: 0.0.0.0:9464
{{- end -}}

{{- define "verifierd.probes" -}}
startupProbe:
  httpGet: {path: /readyz, port: metrics}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: metrics}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: metrics}
  periodSeconds: 5
  timeoutSeconds: 3
{{- end -}}

{{- define "verifierd.dns" }}
    - to:
        - namespaceSelector: {}
          podSelector:
            matchLabels: {k8s-app: kube-dns}
      ports:
        - {port: 53, protocol: UDP}
        - {port: 53, protocol: TCP}
{{- end }}
