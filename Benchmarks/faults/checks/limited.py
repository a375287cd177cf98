"""Limits: at none of the moments at which somebody looked there was more than may be."""

from checks.findings import Subject


class Limited(Subject):
    def check(self):
        limits = self.world.limits
        for text in sorted(set(limits.excesses)):
            self.found("exceeded", f"{text}; seen {limits.excesses.count(text)} times")
        seen = ", ".join(f"{found} of {most} {what}" for what, (found, most) in limits.most.items())
        self.findings.remarks.append(f"at most there were at once {seen}")
