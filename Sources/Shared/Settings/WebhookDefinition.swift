package import JobModel

/// A way for another service to tell of events, by requests that it signs.
package struct WebhookDefinition: Equatable, Sendable {
    /// Whose way of signing it is.
    package enum Form: String, CaseIterable, Sendable {
        case github, stripe, slack
        /// HMAC-SHA-256 of the body in a header, in hexadecimal or base64.
        case hmac
    }

    /// The last part of its address.
    package let name: String
    package let form: Form
    package let secret: Secret
    /// The header with the signature, of the form `hmac`; by default `X-Signature-256`.
    package var header = "X-Signature-256"
    /// The name of its events; nil makes one of the webhook's name and what the service calls the event.
    package var event: String?
    /// Where in the body the events' key stands, as names between dots; nil takes the form's own.
    package var key: String?
    /// The team that its events belong to, by default `default`.
    package var team: String

    package init(
        name: String,
        form: Form,
        secret: Secret,
        event: String? = nil,
        key: String? = nil,
        team: String = "default"
    ) {
        self.name = name
        self.form = form
        self.secret = secret
        self.event = event
        self.key = key
        self.team = team
    }
}
