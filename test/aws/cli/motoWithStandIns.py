"""moto's server, with stand-ins for the resource types that its CloudFormation lacks.

A stand-in has a physical id and answers every attribute with a text; it does nothing else. `STAND_INS` lists the types
that were met, so that nobody takes them for tested.

Usage: python motoWithStandIns.py PORT
"""

import sys

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.server import main

# What moto 5.2.5 lacks, or has and cannot make from our templates.
STAND_INS = {
    "AWS::AppSync::ApiKey",
    "AWS::AppSync::DataSource",
    "AWS::AppSync::GraphQLApi",
    "AWS::AppSync::GraphQLSchema",
    "AWS::AppSync::Resolver",
    "AWS::Athena::WorkGroup",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::IAM::RolePolicy",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}


class StandIn:
    """A resource that is only remembered."""

    cf_resource_type = ""
    logical_resource_id = ""

    def __init__(self, name, properties):
        self.physical_resource_id = name
        self.properties = properties

    def is_created(self):
        return True

    def get_cfn_attribute(self, attribute):
        if attribute == "GraphQLUrl":
            return f"https://{self.physical_resource_id}.example.com/graphql"
        if attribute.endswith("Arn") or attribute == "Arn":
            return f"arn:aws:standin:eu-central-1:123456789012:{self.physical_resource_id}"
        return f"{self.physical_resource_id}-{attribute}"

    @classmethod
    def has_cfn_attr(cls, attribute):
        return True

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json.get("Properties", {})
        # For the test of failures.
        if properties.get("Description") == "Key of refused-api.":
            raise ValidationError(message="The service refuses this key.")
        return cls(f"{kwargs['LogicalId']}-stand-in", properties)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        original_resource.properties = cloudformation_json.get("Properties", {})
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        return None

    def delete(self, *args, **kwargs):
        return None


find_class = parsing.resource_class_from_type


def resource_class_from_type(resource_type):
    if resource_type in STAND_INS:
        return StandIn
    found = find_class(resource_type)
    if found is None:
        raise RuntimeError(f"moto has no {resource_type}: add it to STAND_INS.")
    return found


execute_change_set = CloudFormationBackend.execute_change_set


def execute_with_outputs(self, change_set_name, stack_name=None):
    """moto forgets the outputs of what a change set has made."""
    execute_change_set(self, change_set_name, stack_name)
    for change_set in self.change_sets.values():
        if change_set_name in (change_set.change_set_id, change_set.change_set_name):
            stack = self.stacks[change_set.stack_id]
            stack.template_dict = change_set.template_dict
            stack.output_map = stack._create_output_map()


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


describe_change_set = CloudFormationBackend.describe_change_set


def describe_or_not_found(self, change_set_name):
    """moto says that a stack is missing when it is the change set, which tools wait for."""
    try:
        return describe_change_set(self, change_set_name)
    except ValidationError:
        raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist") from None


def delete_if_there(self, change_set_name):
    """Deleting what is not there is no error."""
    for change_set_id, change_set in list(self.change_sets.items()):
        if change_set_name in (change_set_id, change_set.change_set_name):
            del self.change_sets[change_set_id]


CloudFormationBackend.describe_change_set = describe_or_not_found
CloudFormationBackend.delete_change_set = delete_if_there
importing = False
create_change_set = CloudFormationResponse.create_change_set


def create_and_note_import(self):
    """moto does not know that a change set may take in what exists."""
    global importing
    importing = str(self._get_param("ImportExistingResources")).lower() == "true"
    return create_change_set(self)


create_resource = parsing.parse_and_create_resource


def existing(resource_json, resources_map, account_id, region_name):
    properties = parsing.clean_json(resource_json.get("Properties", {}), resources_map)
    if resource_json["Type"] == "AWS::DynamoDB::Table":
        return dynamodb_backends[account_id][region_name].tables.get(properties["TableName"])
    if resource_json["Type"] == "AWS::S3::Bucket":
        return s3_backends[account_id]["aws"].buckets.get(properties["BucketName"])
    return None


def create_or_import(logical_id, resource_json, resources_map, account_id, region_name):
    """Takes in a retained resource when the change set asks for it; without, its name is taken, as on AWS."""
    found = existing(resource_json, resources_map, account_id, region_name)
    if found is None:
        return create_resource(logical_id, resource_json, resources_map, account_id, region_name)
    # CloudFormation imports by names that the template gives as plain text, and nothing that might be deleted.
    properties = resource_json["Properties"]
    is_named = isinstance(properties.get("TableName", properties.get("BucketName")), str)
    is_kept = resource_json.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
    if not (importing and is_named and is_kept):
        raise ValidationError(message=f"{logical_id} already exists")
    found.cf_resource_type = resource_json["Type"]
    found.logical_resource_id = logical_id
    return found


CloudFormationResponse.create_change_set = create_and_note_import
parsing.parse_and_create_resource = create_or_import
parsing.resource_class_from_type = resource_class_from_type
CloudFormationBackend.execute_change_set = execute_with_outputs
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
