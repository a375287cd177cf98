import JobModel
import Workflow

/// Reads the webhooks file: which services may tell of events, with the secrets they sign with.
///
/// ```yaml
/// webhooks:
///   github: {form: github, secret_env: GITHUB_WEBHOOK_SECRET}
///   billing: {form: stripe, secret_file: /run/secrets/stripe, team: finance}
///   ci: {form: hmac, header: X-CI-Signature, secret_env: CI_SECRET, event: ci.done, key: build.id}
/// ```
package enum WebhooksFile {
    /// The setting that the faults are reported under.
    static let setting = "event-webhooks"

    /// The webhooks in the file, by name.
    ///
    /// - Throws: All faults of the file at once, with line and column.
    package static func read(
        _ path: String,
        environment: [String: String]
    ) throws(SettingsFaults) -> [String: WebhookDefinition] {
        var reader = ConnectionReader(path: path, environment: environment, setting: setting)
        var webhooks: [String: WebhookDefinition] = [:]
        for entry in try SettingsFile.entries(path, as: setting) {
            guard entry.key == "webhooks", let named = entry.value.entries else {
                reader.refuse(entry.keyPlace, "the file must hold the one key webhooks, a mapping of names")
                continue
            }
            for webhook in named {
                if let definition = definition(webhook, &reader) { webhooks[webhook.key] = definition }
            }
        }
        guard reader.faults.isEmpty else { throw SettingsFaults(faults: reader.faults) }
        return webhooks
    }

    private static func definition(_ entry: SourceEntry, _ reader: inout ConnectionReader) -> WebhookDefinition? {
        guard (1...63).contains(entry.key.utf8.count), NewEvent.isName(entry.key), !entry.key.contains("/") else {
            reader.refuse(entry.keyPlace, "a webhook's name has 1 to 63 letters, digits, _ - . or :")
            return nil
        }
        guard let entries = entry.value.entries else {
            reader.refuse(entry.keyPlace, "a webhook is a mapping with a form and a secret")
            return nil
        }
        reader.check(entries, ["form", "secret", "secret_env", "secret_file", "header", "event", "key", "team"])
        let fields = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        guard let form = fields["form"]?.scalarText.flatMap(WebhookDefinition.Form.init) else {
            let known = WebhookDefinition.Form.allCases.map(\.rawValue).joined(separator: ", ")
            reader.refuse(fields["form"]?.place ?? entry.keyPlace, "form must be one of \(known)")
            return nil
        }
        guard let secret = reader.secret("secret", of: fields, at: entry) else { return nil }
        var webhook = WebhookDefinition(name: entry.key, form: form, secret: secret)
        if let header = fields["header"] {
            if form != .hmac { reader.refuse(header.place, "only the form hmac has a header") }
            webhook.header = header.scalarText ?? ""
        }
        if let event = fields["event"] {
            webhook.event = event.scalarText
            if !NewEvent.isName(event.scalarText ?? "") {
                reader.refuse(event.place, "event is a name of letters, digits, _ - . / or :")
            }
        } else if form == .hmac {
            webhook.event = entry.key
        }
        webhook.key = fields["key"]?.scalarText
        webhook.team = fields["team"]?.scalarText ?? webhook.team
        return webhook
    }
}
