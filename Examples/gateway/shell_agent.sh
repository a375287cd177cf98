#!/usr/bin/env bash
# The churn agent as a shell script: curl and jq.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

look() { python3 "$here/customers.py" "$@"; }
tools=$(cd "$here" && python3 -c 'import customers, json
print(json.dumps([{"type": "function", "function": {"name": name, "description": tool.__doc__,
                   "parameters": customers.PARAMETERS[name]}} for name, tool in customers.TOOLS.items()]))')
messages=$(jq -n --arg segment "$1" '[
    {role: "system", content: "You are a careful churn analyst."},
    {role: "user", content: "Why do customers of the segment \($segment) leave?"}]')
while true; do
    message=$(jq -n --argjson messages "$messages" --argjson tools "$tools" \
        '{model: "scripted-analyst", messages: $messages, tools: $tools}' |
        curl -sS --fail-with-body --retry 3 "$OPENAI_BASE_URL/chat/completions" \
            -H "Authorization: Bearer $OPENAI_API_KEY" -H "Content-Type: application/json" --data-binary @- |
        jq -c '.choices[0].message')
    messages=$(jq -c --argjson message "$message" '. + [$message]' <<<"$messages")
    calls=$(jq -c '.tool_calls // [] | .[]' <<<"$message")
    [[ -n $calls ]] || break
    while read -r call; do
        result=$(look "$(jq -r .function.name <<<"$call")" "$(jq -r .function.arguments <<<"$call")")
        messages=$(jq -c --arg id "$(jq -r .id <<<"$call")" --arg result "$result" \
            '. + [{role: "tool", tool_call_id: $id, content: $result}]' <<<"$messages")
    done <<<"$calls"
done
jq -r .content <<<"$message"
