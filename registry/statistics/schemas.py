"""What machines are told: the indicators of one day."""

from marshmallow import Schema, fields


class PointAnswer(Schema):
    about = fields.List(fields.String(), metadata={"description": "codes, a month, or two provinces"})
    label = fields.String()
    count = fields.Integer()
    values = fields.List(
        fields.String(),
        metadata={
            "description": "quartiles, or a sum in yuan; none where too few contracts or prices are behind it"
        },
    )


class SeriesAnswer(Schema):
    key = fields.String()
    title = fields.String()
    definition = fields.String()
    shape = fields.String(metadata={"enum": ["parts", "months", "flows", "quartiles"]})
    unit = fields.String(metadata={"enum": ["count", "yuan", "days"]})
    points = fields.List(fields.Nested(PointAnswer))


class StatisticsAnswer(Schema):
    day = fields.Date(metadata={"description": "a legal day in Shanghai"})
    counted_at = fields.AwareDateTime()
    series = fields.List(fields.Nested(SeriesAnswer))


class DayQuery(Schema):
    day = fields.Date(load_default=None, metadata={"description": "a day that was counted; else the newest"})
